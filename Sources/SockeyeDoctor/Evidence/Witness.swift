package import SockeyeSystem

/// Somebody else in the network in which a computer is looked for in vain: where all questions to it are answered at once, the
/// line loses nothing, and fewer questions for the missing one are enough.
package struct Witness: Sendable, Equatable {
    package let address: SocketAddress
    package var asked = 0
    /// Those that were answered before anything could have been sent again.
    package var answered = 0

    package init(_ address: SocketAddress, asked: Int = 0, answered: Int = 0) {
        self.address = address
        self.asked = asked
        self.answered = answered
    }

    /// 5: on a line that loses two packets of five in each direction, all of them are answered once in a hundred and sixty times.
    /// That some are not says nothing: many answer only so many in a second, or not on every port.
    package static let questions = 5

    var isFlawless: Bool { answered >= Self.questions && answered == asked }
}
