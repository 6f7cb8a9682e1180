//! What each public name of Python's
//! [`threading`](https://docs.python.org/3.14/library/threading.html) (3.14) is called here, and
//! why some are left out.
//!
//! Where Python has parameters that choose between ways to do a thing, each way has a name of its
//! own here: `acquire(blocking=False)` is `try_acquire()`, `acquire(timeout=2)` is
//! `acquire_timeout(Duration::from_secs(2))`, and there is `acquire_deadline(Instant)` besides.
//!
//! # Functions and constants
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `active_count` | [`active_count`](tl_thread::active_count) | |
//! | `activeCount` | left out | deprecated in Python: [`active_count`](tl_thread::active_count) |
//! | `current_thread` | [`current_thread`](tl_thread::current_thread) | |
//! | `currentThread` | left out | deprecated in Python: [`current_thread`](tl_thread::current_thread) |
//! | `enumerate` | [`enumerate`](tl_thread::enumerate) | in the order of start |
//! | `excepthook` | [`set_excepthook`](tl_thread::set_excepthook) | a call sets the hook, not an assignment; it is called for panics |
//! | `__excepthook__` | left out | the first hook does nothing: the standard library's [panic hook](std::panic::set_hook) has printed the message already |
//! | `ExceptHookArgs` | [`ExceptHookArgs`](tl_thread::ExceptHookArgs) | |
//! | `ExceptHookArgs.exc_type` | [`ExceptHookArgs::payload`](tl_thread::ExceptHookArgs::payload) | the panic's payload, whose type [`Any`](std::any::Any) can tell |
//! | `ExceptHookArgs.exc_value` | [`ExceptHookArgs::message`](tl_thread::ExceptHookArgs::message) | the panic's message as text |
//! | `ExceptHookArgs.exc_traceback` | left out | only the [panic hook](std::panic::set_hook) knows where a panic happened, and its backtrace |
//! | `ExceptHookArgs.thread` | [`ExceptHookArgs::thread`](tl_thread::ExceptHookArgs::thread) | always there |
//! | `get_ident` | [`get_ident`](tl_thread::get_ident) | a [`ThreadIdent`](tl_thread::ThreadIdent), never used again for another thread |
//! | `get_native_id` | [`get_native_id`](tl_thread::get_native_id) | |
//! | `getprofile` | left out | compiled code has no profile function; use a profiler such as `perf` |
//! | `gettrace` | left out | compiled code has no trace function; use a debugger |
//! | `main_thread` | [`main_thread`](tl_thread::main_thread) | |
//! | `setprofile` | left out | as `getprofile` |
//! | `setprofile_all_threads` | left out | as `getprofile` |
//! | `settrace` | left out | as `gettrace` |
//! | `settrace_all_threads` | left out | as `gettrace` |
//! | `stack_size` | [`stack_size`](tl_thread::stack_size), [`set_stack_size`](tl_thread::set_stack_size) | one to ask, one to set; a thread may have its [own](tl_thread::Thread::with_stack_size) |
//! | `ThreadError` | [`ReleaseError`](tl_locks::ReleaseError), … | each kind of mistake has its own error, see [errors](#errors) |
//! | `TIMEOUT_MAX` | left out | every [`Duration`](std::time::Duration) will do: one that is too long to be represented never runs out |
//!
//! # Thread
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Thread` | [`Thread`](tl_thread::Thread) | a handle that can be cloned, compared and sent; [`spawn`](tl_thread::spawn) for a thread with a result |
//! | `Thread(group)` | left out | Python reserves it, and takes only `None` |
//! | `Thread(target)` | [`Thread::new`](tl_thread::Thread::new) | |
//! | `Thread(name)` | [`Thread::with_name`](tl_thread::Thread::with_name) | `Thread-1`, without the function's name, if there is none |
//! | `Thread(args)` | left out | the closure owns its arguments: `move \|\| worker(1)` |
//! | `Thread(kwargs)` | left out | as `args` |
//! | `Thread(daemon)` | [`Thread::with_daemon`](tl_thread::Thread::with_daemon) | |
//! | `Thread(context)` | left out | there are no context variables: what a thread needs its closure owns |
//! | `Thread.start` | [`Thread::start`](tl_thread::Thread::start) | a `Result`; it does not wait for the thread to run |
//! | `Thread.run` | [`Runnable::run`](tl_thread::Runnable::run) | a trait to implement instead of a class to derive from |
//! | `Thread.join` | [`Thread::join`](tl_thread::Thread::join), [`join_timeout`](tl_thread::Thread::join_timeout) | says whether the thread has ended, and whether it panicked |
//! | `Thread.name` | [`Thread::name`](tl_thread::Thread::name), [`set_name`](tl_thread::Thread::set_name) | the operating system sees every change, whichever thread makes it |
//! | `Thread.getName` | left out | deprecated in Python: [`Thread::name`](tl_thread::Thread::name) |
//! | `Thread.setName` | left out | deprecated in Python: [`Thread::set_name`](tl_thread::Thread::set_name) |
//! | `Thread.ident` | [`Thread::ident`](tl_thread::Thread::ident) | never used again for another thread |
//! | `Thread.native_id` | [`Thread::native_id`](tl_thread::Thread::native_id) | may be `None` for a moment after `start` |
//! | `Thread.is_alive` | [`Thread::is_alive`](tl_thread::Thread::is_alive) | until the thread's thread-locals are dropped |
//! | `Thread.daemon` | [`Thread::is_daemon`](tl_thread::Thread::is_daemon), [`set_daemon`](tl_thread::Thread::set_daemon) | |
//! | `Thread.isDaemon` | left out | deprecated in Python: [`Thread::is_daemon`](tl_thread::Thread::is_daemon) |
//! | `Thread.setDaemon` | left out | deprecated in Python: [`Thread::set_daemon`](tl_thread::Thread::set_daemon) |
//!
//! # Timer
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Timer` | [`Timer`](tl_timer::Timer) | the methods of a thread, and no thread while it is pending; [`Timer::every`](tl_timer::Timer::every) repeats, [`restart`](tl_timer::Timer::restart) puts it off |
//! | `Timer(interval)` | [`Timer::new`](tl_timer::Timer::new) | a [`Duration`](std::time::Duration) |
//! | `Timer(function)` | [`Timer::new`](tl_timer::Timer::new) | |
//! | `Timer(args)` | left out | the closure owns its arguments |
//! | `Timer(kwargs)` | left out | as `args` |
//! | `Timer.cancel` | [`Timer::cancel`](tl_timer::Timer::cancel) | returns whether it prevented the call |
//!
//! # Locks
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Lock` | [`Lock`](tl_locks::Lock) | [`Mutex<T>`](tl_locks::Mutex) where it guards a value |
//! | `Lock.acquire` | [`Lock::acquire`](tl_locks::Lock::acquire), [`try_acquire`](tl_locks::Lock::try_acquire), [`acquire_timeout`](tl_locks::Lock::acquire_timeout) | |
//! | `Lock.release` | [`Lock::release`](tl_locks::Lock::release) | a `Result` |
//! | `Lock.locked` | [`Lock::locked`](tl_locks::Lock::locked) | |
//! | `with Lock` | [`Lock::lock`](tl_locks::Lock::lock), [`Lock::with`](tl_locks::Lock::with) | a guard, or a closure |
//! | `RLock` | [`RLock`](tl_locks::RLock) | [`ReentrantMutex<T>`](tl_locks::ReentrantMutex) where it guards a value |
//! | `RLock.acquire` | [`RLock::acquire`](tl_locks::RLock::acquire), [`try_acquire`](tl_locks::RLock::try_acquire), [`acquire_timeout`](tl_locks::RLock::acquire_timeout) | |
//! | `RLock.release` | [`RLock::release`](tl_locks::RLock::release) | a `Result`, which tells a free lock from another owner's |
//! | `RLock.locked` | [`RLock::locked`](tl_locks::RLock::locked) | also [`is_owned`](tl_locks::RLock::is_owned), [`recursion_count`](tl_locks::RLock::recursion_count) |
//! | `with RLock` | [`RLock::lock`](tl_locks::RLock::lock), [`RLock::with`](tl_locks::RLock::with) | the guard stays in its thread |
//!
//! # Condition
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Condition` | [`Condition`](tl_condition::Condition) | [`Monitor<T>`](tl_condition::Monitor) where it guards a value |
//! | `Condition(lock)` | [`Condition::with_lock`](tl_condition::Condition::with_lock) | several share one lock by reference or [`Arc`](std::sync::Arc) |
//! | `Condition.acquire` | [`Condition::acquire`](tl_condition::Condition::acquire), [`try_acquire`](tl_condition::Condition::try_acquire), [`acquire_timeout`](tl_condition::Condition::acquire_timeout) | |
//! | `Condition.release` | [`Condition::release`](tl_condition::Condition::release) | |
//! | `Condition.locked` | [`Condition::locked`](tl_condition::Condition::locked) | |
//! | `Condition.wait` | [`ConditionGuard::wait`](tl_condition::ConditionGuard::wait), [`wait_timeout`](tl_condition::ConditionGuard::wait_timeout) | on the guard; with a `Result` on [`Condition`](tl_condition::Condition::wait) too |
//! | `Condition.wait_for` | [`ConditionGuard::wait_for`](tl_condition::ConditionGuard::wait_for), [`wait_for_timeout`](tl_condition::ConditionGuard::wait_for_timeout) | |
//! | `Condition.notify` | [`ConditionGuard::notify`](tl_condition::ConditionGuard::notify), [`notify_one`](tl_condition::ConditionGuard::notify_one) | exactly `n`, the longest waiters first; returns how many |
//! | `Condition.notify_all` | [`ConditionGuard::notify_all`](tl_condition::ConditionGuard::notify_all) | returns how many |
//! | `Condition.notifyAll` | left out | deprecated in Python: [`notify_all`](tl_condition::ConditionGuard::notify_all) |
//! | `with Condition` | [`Condition::lock`](tl_condition::Condition::lock) | |
//!
//! # Semaphores
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Semaphore` | [`Semaphore`](tl_semaphore::Semaphore) | nobody starves |
//! | `Semaphore(value)` | [`Semaphore::new`](tl_semaphore::Semaphore::new) | has no default |
//! | `Semaphore.acquire` | [`Semaphore::acquire`](tl_semaphore::Semaphore::acquire), [`try_acquire`](tl_semaphore::Semaphore::try_acquire), [`acquire_timeout`](tl_semaphore::Semaphore::acquire_timeout) | [`acquire_many`](tl_semaphore::Semaphore::acquire_many) for several |
//! | `Semaphore.release` | [`Semaphore::release`](tl_semaphore::Semaphore::release), [`release_many`](tl_semaphore::Semaphore::release_many) | a `Result` |
//! | `with Semaphore` | [`Semaphore::permit`](tl_semaphore::Semaphore::permit), [`Semaphore::with`](tl_semaphore::Semaphore::with) | a [`Permit`](tl_semaphore::Permit), or a closure |
//! | `BoundedSemaphore` | [`BoundedSemaphore`](tl_semaphore::BoundedSemaphore) | derefs to a `Semaphore` |
//! | `BoundedSemaphore(value)` | [`BoundedSemaphore::new`](tl_semaphore::BoundedSemaphore::new) | [`with_bound`](tl_semaphore::BoundedSemaphore::with_bound) for a bound that differs; has no default |
//! | `BoundedSemaphore.acquire` | [`Semaphore::acquire`](tl_semaphore::Semaphore::acquire), [`try_acquire`](tl_semaphore::Semaphore::try_acquire), [`acquire_timeout`](tl_semaphore::Semaphore::acquire_timeout) | |
//! | `BoundedSemaphore.release` | [`Semaphore::release`](tl_semaphore::Semaphore::release), [`release_many`](tl_semaphore::Semaphore::release_many) | a `Result` where Python raises `ValueError` |
//! | `with BoundedSemaphore` | [`Semaphore::permit`](tl_semaphore::Semaphore::permit), [`Semaphore::with`](tl_semaphore::Semaphore::with) | |
//!
//! # Event
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Event` | [`Event`](tl_event::Event) | |
//! | `Event.is_set` | [`Event::is_set`](tl_event::Event::is_set) | |
//! | `Event.isSet` | left out | deprecated in Python: [`Event::is_set`](tl_event::Event::is_set) |
//! | `Event.set` | [`Event::set`](tl_event::Event::set) | |
//! | `Event.clear` | [`Event::clear`](tl_event::Event::clear) | |
//! | `Event.wait` | [`Event::wait`](tl_event::Event::wait), [`wait_timeout`](tl_event::Event::wait_timeout) | `wait` has no result, since it returns for one reason only |
//!
//! # Barrier
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `Barrier` | [`Barrier`](tl_barrier::Barrier) | |
//! | `Barrier(parties)` | [`Barrier::new`](tl_barrier::Barrier::new) | panics if it is zero |
//! | `Barrier(action)` | [`Barrier::with_action`](tl_barrier::Barrier::with_action) | |
//! | `Barrier(timeout)` | [`Barrier::with_timeout`](tl_barrier::Barrier::with_timeout) | |
//! | `Barrier.wait` | [`Barrier::wait`](tl_barrier::Barrier::wait), [`wait_timeout`](tl_barrier::Barrier::wait_timeout) | the number is the [order of arrival](tl_barrier::BarrierWaitResult::index) |
//! | `Barrier.reset` | [`Barrier::reset`](tl_barrier::Barrier::reset) | |
//! | `Barrier.abort` | [`Barrier::abort`](tl_barrier::Barrier::abort) | |
//! | `Barrier.parties` | [`Barrier::parties`](tl_barrier::Barrier::parties) | |
//! | `Barrier.n_waiting` | [`Barrier::n_waiting`](tl_barrier::Barrier::n_waiting) | |
//! | `Barrier.broken` | [`Barrier::is_broken`](tl_barrier::Barrier::is_broken) | |
//! | `BrokenBarrierError` | [`BrokenBarrier`](tl_barrier::BrokenBarrier) | its [`kind`](tl_barrier::BrokenBarrier::kind) says why |
//!
//! # Thread-local data
//!
//! | Python | here | what differs |
//! | --- | --- | --- |
//! | `local` | [`Local<T>`](tl_local::Local) | one value with a type instead of attributes; [`with_init`](tl_local::Local::with_init) instead of a subclass |
//!
//! # Errors
//!
//! Python raises `RuntimeError` or `ValueError`; here the type says what went wrong.
//!
//! | Python raises | when | here |
//! | --- | --- | --- |
//! | `RuntimeError` | a thread is started twice, or the system refuses it | [`StartError`](tl_thread::StartError) |
//! | `RuntimeError` | a thread is joined before it is started, or by itself | [`JoinError`](tl_thread::JoinError) |
//! | `RuntimeError` | the daemon flag of a started thread is set | [`SetDaemonError`](tl_thread::SetDaemonError) |
//! | `ValueError` | a stack of no possible size | [`StackSizeError`](tl_thread::StackSizeError) |
//! | `RuntimeError` | a lock that is not held is released | [`tl_locks::ReleaseError`] |
//! | `RuntimeError` | a condition is waited for or notified without its lock | [`NotAcquired`](tl_condition::NotAcquired) |
//! | `ValueError` | a semaphore is released once too often | [`tl_semaphore::ReleaseError`] |
//! | `BrokenBarrierError` | a barrier is broken | [`BrokenBarrier`](tl_barrier::BrokenBarrier) |
//! | `OverflowError` | a timeout is longer than `TIMEOUT_MAX` | no error: such a timeout never runs out |
