import Testing

@testable import SockeyeCLI

/// What the kernel shows of a program, and what may be said of it.
@Suite struct OccupationTests {
    private static let eventLoop = Activity.mayRead("epoll, for this and perhaps for more, such as a timer")

    /// Descriptor 3 is the connection, 4 an epoll, 5 another socket, 0 the terminal, 6 a pipe.
    private static func descriptors(polled: String = "") -> Activity.Descriptors {
        let links: [UInt64: String] = [
            0: "/dev/pts/2", 3: "socket:[77]", 4: "anon_inode:[eventpoll]", 5: "socket:[8]", 6: "pipe:[9]",
        ]
        return Activity.Descriptors(
            targets: links.mapValues { Activity.Target(link: $0, inode: "77") },
            polled: [4: polled]
        )
    }

    #if arch(x86_64)
        @Test(arguments: [
            ("45 0x3 0x7f 0x9 0x0 0x0 0x0 0x7f 0x7f", Activity.reads("recv()")),
            ("45 0x5 0x7f 0x9 0x0 0x0 0x0 0x7f 0x7f", .elsewhere("waits in recv() on another socket")),
            ("0 0x0 0x7f 0x9 0x0 0x0 0x0 0x7f 0x7f", .waitsForTerminal),
            ("0 0x6 0x7f 0x9 0x0 0x0 0x0 0x7f 0x7f", .elsewhere("waits for what comes through a pipe")),
            ("0 0x9 0x7f 0x9 0x0 0x0 0x0 0x7f 0x7f", .unknown),
            ("230 0x1 0x1 0x7f 0x0 0x0 0x0 0x7f 0x7f", .sleeps),
            ("202 0x7f 0x189 0x0 0x0 0x0 0xffffffff 0x7f 0x7f", .waitsForLock),
            ("288 0x5 0x7f 0x7f 0x80000 0x0 0x0 0x7f 0x7f", .waitsForClient),
            ("61 0x5e67 0x7f 0x0 0x0 0x0 0x0 0x7f 0x7f", .waitsForChild),
            ("7 0x7f 0x1 0xc350 0x0 0x0 0x0 0x7f 0x7f", .mayRead("poll(), probably for this")),
            ("7 0x0 0x0 0xc350 0x0 0x0 0x0 0x7f 0x7f", .sleeps),
            ("270 0x4 0x7f 0x0 0x0 0x0 0x0 0x7f 0x7f", .mayRead("select(), probably for this")),
            ("270 0x0 0x0 0x0 0x0 0x7f 0x0 0x7f 0x7f", .sleeps),
            ("270 0x3 0x7f 0x0 0x0 0x0 0x0 0x7f 0x7f", .elsewhere("waits in select(), and not for this connection")),
            ("270 0x4 0x0 0x7f 0x0 0x0 0x0 0x7f 0x7f", .elsewhere("waits in select(), and not for this connection")),
        ])
        func `a call that sleeps is told by its number, and by what it is about`(call: String, activity: Activity) {
            #expect(Activity.of(state: "S", call: call, place: "wait_woken", Self.descriptors()) == activity)
        }

        @Test(arguments: [
            ("tfd:        3 events:       19 data: 3", eventLoop),
            ("tfd:        3 events: 8000001d data: 3", eventLoop),
            ("tfd:        3 events:       1c data: 3", .elsewhere("waits in epoll, and not for this connection")),
            ("tfd:        5 events:       19 data: 5", .elsewhere("waits in epoll, and not for this connection")),
        ])
        func `an epoll has to have the connection in its list`(list: String, activity: Activity) {
            let descriptors = Self.descriptors(polled: "pos:\t0\n\(list)\n")
            let call = "232 0x4 0x7f 0x2 0xffffffff 0x0 0x0 0x7f 0x7f"
            #expect(Activity.of(state: "S", call: call, place: nil, descriptors) == activity)
        }
    #endif

    /// Where the system does not let a user see the calls of programs that are not his own children.
    @Test(arguments: [
        ("hrtimer_nanosleep", Activity.sleeps), ("futex_do_wait", .waitsForLock),
        ("inet_csk_accept", .waitsForClient), ("do_wait", .waitsForChild),
        ("wait_woken", .mayRead("a read, of this connection or of its terminal")),
        ("poll_schedule_timeout.constprop.0", .mayRead("poll() or select(), probably for this")),
        ("do_epoll_wait", eventLoop),
        ("0", .unknown), ("a_new_function", .unknown),
    ])
    func `without the call, the place in the kernel tells less`(place: String, activity: Activity) {
        #expect(Activity.of(state: "S", call: nil, place: place, Self.descriptors()) == activity)
    }

    @Test func `a thread that runs, is stopped or waits for a disk is no reader`() {
        func of(_ state: Character) -> Activity { .of(state: state, call: "running", place: "0", .init()) }
        #expect(of("R") == .runs)
        #expect(of("T") == .isStopped)
        #expect(of("D") == .waitsForDisk)
        #expect(of("Z") == .unknown)
    }

    @Test(arguments: [
        ([Activity.sleeps, .reads("recv()")], Occupation.waits("recv()")),
        ([.mayRead("poll(), probably for this"), .waitsForLock], .mayWait("poll(), probably for this")),
        ([.runs, eventLoop], .busy("(p) is running, so it computes")),
        ([.sleeps], .busy("(p) sleeps in sleep()")),
        (
            [.waitsForClient, .sleeps],
            .busy("(p) has no thread that waits for this connection: one sleeps in sleep()")
        ),
        (
            [.waitsForLock, .waitsForClient, .waitsForClient],
            .busy(
                "(p) has no thread that waits for this connection: one waits for a lock, for another of its threads, or for a time to pass, "
                    + "one waits in accept() for another client"
            )
        ),
    ])
    func `one thread that reads is a program that reads`(threads: [Activity], occupation: Occupation) {
        #expect(Occupation(threads, program: "p") == occupation)
    }

    @Test func `of a program that cannot be looked at nothing is claimed`() {
        #expect(Occupation([], program: "p") == nil)
        #expect(Occupation([.sleeps, .unknown], program: "p") == nil)
    }

    @Test func `a silence is looked into again only while a program is at work`() {
        var watch = IdleWatch()
        let start = ContinuousClock.now
        /// What is told at this second, if the look is due and finds this.
        func look(_ second: Int, turn: Int = 1, finds id: String) -> String {
            guard watch.isDue(at: start + .seconds(second), turn: turn) else { return "not due" }
            return watch.isNew(id) ? id : "the same"
        }
        #expect(look(0, finds: "busy") == "busy")
        #expect(look(0, finds: "busy") == "not due")
        #expect(look(1, finds: "busy") == "the same")
        #expect(look(2, finds: "busy") == "not due")
        #expect(look(3, finds: "both-waiting") == "both-waiting")
        #expect(look(90, finds: "busy") == "not due")
        #expect(look(91, turn: 2, finds: "both-waiting") == "both-waiting")
    }

    // MARK: Words

    private func idle(_ client: Occupation?, _ server: Occupation?) -> String {
        var idle = RelayIdle(time: .seconds(3), ended: [])
        idle.occupations[.client] = client
        idle.occupations[.server] = server
        return idle.remark.map { "\($0.id): \($0.words)" } ?? ""
    }

    @Test func `a middle says who waits, who does not, and of whom it cannot tell`() {
        let computes = Occupation.busy("(python3, process 7) is running, so it computes")
        let busy = idle(.waits("recv()"), computes)
        #expect(busy.hasPrefix("busy: "))
        #expect(
            busy.contains("but the server (python3, process 7) is running, so it computes. The client waits to read.")
        )
        #expect(!busy.contains("both sides"))
        #expect(idle(nil, .notAccepted).contains("but no program has called accept() for this connection yet. Nothing"))
        let both = idle(.waits("recv()"), .waits("read()"))
        #expect(both.contains("(the kernel shows the client asleep in recv() and the server asleep in read())"))
        let likely = idle(.mayWait("poll(), probably for this"), .waits("recv()"))
        #expect(
            likely.contains(
                "(so it seems: the client sleeps in poll(), probably for this; the server sleeps in recv())"
            )
        )
        let unknown = idle(nil, nil)
        #expect(unknown.contains("(so it seems: the client or the server may compute, which looks the same from here)"))
        for words in [both, likely, unknown] { #expect(words.hasPrefix("both-waiting: ")) }
    }

    @Test func `what one has not received, and why it does not close, is said with what it does`() {
        var idle = RelayIdle(time: .seconds(3), ended: [])
        idle.occupations[.server] = .busy("(p) sleeps in sleep()")
        idle.unread[.server] = 5
        #expect(idle.remark?.words.hasSuffix("5 bytes that are there for it: the server (p) sleeps in sleep()") == true)
        idle.unread[.server] = 0
        idle.ended = [.client]
        #expect(idle.remark?.words.contains("neither sends nor closes (the server (p) sleeps in sleep())") == true)
    }

    // MARK: The words of TCP

    @Test func `a word of TCP is explained once, where it comes first`() {
        var glossary = Glossary()
        let first = glossary.note(for: "both are ESTABLISHED")
        #expect(first?.hasPrefix("ESTABLISHED: connected") == true)
        let note = glossary.note(for: "ESTABLISHED; then FIN: FIN_WAIT2")
        #expect(note?.hasPrefix("FIN: the packet that says \"I have finished sending\". FIN_WAIT2: ") == true)
        #expect(note?.contains("ESTABLISHED") == false)
        let last = glossary.note(for: "FIN, and a FINAL word")
        #expect(last == nil)
    }
}
