import Sockeye
import SockeyeSystem

/// Looks at what a program of this computer does: `/proc/PID/task`, as far as the user may read it. Another user's program is
/// not looked at, and nothing is claimed of it.
struct ProgramLook: Sendable {
    /// 100 ms, and 400 ms more: a thread that runs each time computes, and has not only woken up for a moment, as one of another
    /// `--explain` that takes the same look.
    private static let again: [Duration] = [.milliseconds(100), .milliseconds(400)]

    private struct Holder: Sendable {
        let id: String
        let descriptors: Activity.Descriptors
    }

    /// What whoever has this socket does; nil when the kernel does not tell.
    static func occupation(of socket: PeerSocket) async -> Occupation? {
        if socket.isOrphan { return ["ESTABLISHED", "CLOSE_WAIT"].contains(socket.state) ? .notAccepted : nil }
        let holders = holders(of: socket.inode)
        guard let first = holders.first else { return nil }
        var activities = holders.flatMap(activities)
        for pause in again where activities.contains(.runs) {
            guard await LoopTask.sleep(for: pause) else { return nil }
            activities = holders.flatMap(self.activities)
        }
        let name = SystemFile.text("/proc/\(first.id)/comm").map { SafeText.line($0.filter { $0 != "\n" }) } ?? "?"
        let program = holders.count == 1 ? "\(name), process \(first.id)" : "\(holders.count) processes of \(name)"
        return Occupation(activities, program: program)
    }

    private static func holders(of inode: String) -> [Holder] {
        SystemFile.names(in: "/proc").compactMap { id in
            guard Int(id) != nil else { return nil }
            var descriptors = Activity.Descriptors()
            for name in SystemFile.names(in: "/proc/\(id)/fd") {
                guard let number = UInt64(name), let link = SystemFile.target(ofLink: "/proc/\(id)/fd/\(name)") else {
                    continue
                }
                descriptors.targets[number] = Activity.Target(link: link, inode: inode)
                guard link.hasSuffix("[eventpoll]") else { continue }
                descriptors.polled[number] = SystemFile.text("/proc/\(id)/fdinfo/\(name)")
            }
            return descriptors.ofConnection.isEmpty ? nil : Holder(id: id, descriptors: descriptors)
        }
    }

    private static func activities(of holder: Holder) -> [Activity] {
        SystemFile.names(in: "/proc/\(holder.id)/task").filter { Int($0) != nil }.map { thread in
            let folder = "/proc/\(holder.id)/task/\(thread)"
            guard let stat = SystemFile.text("\(folder)/stat"), let state = state(in: stat) else { return .unknown }
            return .of(
                state: state,
                call: SystemFile.text("\(folder)/syscall"),
                place: SystemFile.text("\(folder)/wchan"),
                holder.descriptors
            )
        }
    }

    /// The state stands after the name, which may hold anything in parentheses.
    private static func state(in stat: String) -> Character? {
        stat.lastIndex(of: ")").flatMap { stat[$0...].dropFirst().first { $0 != " " } }
    }
}
