import CSignals
import Foundation

/// Threads of this process beside the calling one, started once and parked between works.
///
/// Not Foundation's `Thread`, which says nothing where none can be made, nor Dispatch, which tries for ever.
public final class ThreadPool: @unchecked Sendable {
    /// The threads there are: as many as were wanted, or as many as could be made.
    public let count: Int
    /// Why there are fewer than were wanted, as the system says it; nil where there are not.
    public let shortage: String?

    private let shared: Shared
    private let threads: [pthread_t]
    private var isWorking = false

    /// Starts `wanted` threads, or as many as the system gives.
    ///
    /// A thread's stack takes 8 MiB of address space, whatever the limit on the calling thread's is.
    public init(wanted: Int) {
        shared = Shared()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 8 << 20)
        defer { pthread_attr_destroy(&attributes) }
        var threads: [pthread_t] = []
        var code: Int32 = 0
        while threads.count < wanted && code == 0 {
            let seat = Seat(shared, number: threads.count + 1)
            let context = Unmanaged.passRetained(seat)
            var thread = pthread_t()
            code = pthread_create(
                &thread, &attributes,
                {
                    let reserve = cs_reserve_stack()
                    Unmanaged<Seat>.fromOpaque($0!).takeRetainedValue().run()
                    cs_release_reserve(reserve)
                    return nil
                }, context.toOpaque())
            if code == 0 {
                threads.append(thread)
                shared.seats.append(seat)
            } else {
                context.release()
            }
        }
        self.threads = threads
        count = threads.count
        shortage = code == 0 ? nil : String(cString: strerror(code))
    }

    /// Ends the threads, and waits for them.
    deinit {
        wait()
        shared.work = nil
        for seat in shared.seats { seat.go.signal() }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs `body(0)` on the calling thread and `body(1)` … `body(count)` on the pool's, at the same time; returns when all
    /// have ended.
    public func run(_ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            nonisolated(unsafe) let body = body
            start { body($0) }
            body(0)
            wait()
        }
    }

    /// Runs `body(1)` … `body(count)` on the pool's threads, once what they do now is done, and returns at once.
    public func start(_ body: @escaping @Sendable (Int) -> Void) {
        wait()
        shared.work = body
        isWorking = true
        for seat in shared.seats { seat.go.signal() }
    }

    /// Returns when what was started last has ended.
    public func wait() {
        guard isWorking else { return }
        for seat in shared.seats { seat.done.wait() }
        shared.work = nil
        isWorking = false
    }

    /// What the threads see of the pool; it outlives it while they end.
    private final class Shared: @unchecked Sendable {
        /// Written while all threads are parked.
        var work: (@Sendable (Int) -> Void)?
        var seats: [Seat] = []
    }

    /// One thread's place.
    private final class Seat: @unchecked Sendable {
        let go = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        private unowned let shared: Shared
        private let number: Int

        init(_ shared: Shared, number: Int) {
            self.shared = shared
            self.number = number
        }

        func run() {
            go.wait()
            while works() {
                done.signal()
                go.wait()
            }
        }

        /// Not inlined: `work`, whose closure may not outlive `ThreadPool.run`, is let go before the signal is given.
        @inline(never)
        private func works() -> Bool {
            guard let work = shared.work else { return false }
            work(number)
            return true
        }
    }
}
