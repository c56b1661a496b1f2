import SockeyeSystem

/// A file that was named to be written and cannot be.
extension Failure {
    static func unwritable(
        _ attempted: String,
        _ error: Errno,
        status: Int32 = wrongUsage,
        next: [String]
    ) -> Failure {
        let cause =
            switch error {
            case .isDirectory: "it is a folder, and a file is wanted"
            case .noSpace: "the disk is full"
            default: "its folder is not there, or is not yours to write in"
            }
        return Failure(attempted: attempted, happened: "\(error)", cause: cause, next: next, status: status)
    }
}
