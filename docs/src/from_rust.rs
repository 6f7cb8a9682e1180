//! From `parking_lot` and `std`: what each of their public names is called here.
//!
//! # From `parking_lot`
//!
//! The locks that hold data, and [`Condvar`](tl_condition::Condvar), are `lock_api`'s here as
//! there, on raw locks of our own. So most programs change their imports and nothing else:
//!
//! ```
//! // use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockUpgradableReadGuard};
//! use tl_condition::Condvar;
//! use tl_locks::{Mutex, MutexGuard, RwLock, RwLockUpgradableReadGuard};
//!
//! let (mutex, condvar) = (Mutex::new(1), Condvar::new());
//! let mut guard = mutex.lock();
//! let result = condvar.wait_for(&mut guard, std::time::Duration::from_millis(1));
//! assert!(result.timed_out());
//! MutexGuard::unlock_fair(guard);
//!
//! let lock = RwLock::new(1);
//! let reader = lock.upgradable_read();
//! *RwLockUpgradableReadGuard::upgrade(reader) += 1;
//! ```
//!
//! What may surprise:
//!
//! - Guards may be sent to other threads, as with `parking_lot`'s feature `send_guard`; those of a
//!   [`ReentrantMutex`](tl_locks::ReentrantMutex) may not. There is no deadlock detection in the
//!   locks.
//! - Timed forms have a second name, which is the same in all of these crates: see the
//!   [table below](#the-timed-forms).
//! - `Condvar::wait_for` takes a [`Duration`](std::time::Duration), as there. The method of a
//!   [`Condition`](tl_condition::Condition) by that name is Python's, and takes what is waited for.
//! - A writer that waits for an [`RwLock`](tl_locks::RwLock) lets readers pass for half a
//!   millisecond, and from then on none. There, the first waiting writer keeps new readers out at
//!   once.
//! - The features `arc_lock` and `serde` of `tl-locks` are those of `lock_api`.
//!
//! # From `std`
//!
//! - Nothing is poisoned. `lock()` returns the guard, so the `unwrap()` after it goes.
//! - A [`Condvar`](tl_condition::Condvar) takes `&mut` of the guard instead of taking the guard and
//!   giving it back, and does not wake without reason:
//!
//! ```
//! use std::sync::{Condvar, Mutex};
//!
//! let (ready, changed) = (Mutex::new(true), Condvar::new());
//! let mut guard = ready.lock().unwrap();
//! guard = changed.wait_while(guard, |ready| !*ready).unwrap();
//! # drop(guard);
//! ```
//!
//! becomes
//!
//! ```
//! use tl_condition::Condvar;
//! use tl_locks::Mutex;
//!
//! let (ready, changed) = (Mutex::new(true), Condvar::new());
//! let mut guard = ready.lock();
//! changed.wait_while(&mut guard, |ready| !*ready);
//! ```
//!
//! - A mutex and a condition variable that belong together are a
//!   [`Monitor`](tl_condition::Monitor): `ready.lock().wait_while(|ready| !*ready)`.
//! - When `main` returns, the process waits for all threads that are not
//!   [daemons](crate::guide::chapter_03_daemon).
//!
//! # The timed forms
//!
//! | by `lock_api`'s name | also called | what differs |
//! | --- | --- | --- |
//! | `Mutex.try_lock_for` | [`MutexExt::lock_timeout`](tl_locks::MutexExt::lock_timeout) | |
//! | `Mutex.try_lock_until` | [`MutexExt::lock_deadline`](tl_locks::MutexExt::lock_deadline) | |
//! | `ReentrantMutex.try_lock_for` | [`ReentrantMutexExt::lock_timeout`](tl_locks::ReentrantMutexExt::lock_timeout) | |
//! | `ReentrantMutex.try_lock_until` | [`ReentrantMutexExt::lock_deadline`](tl_locks::ReentrantMutexExt::lock_deadline) | |
//! | `RwLock.try_read_for` | [`RwLockExt::read_timeout`](tl_locks::RwLockExt::read_timeout) | |
//! | `RwLock.try_read_until` | [`RwLockExt::read_deadline`](tl_locks::RwLockExt::read_deadline) | |
//! | `RwLock.try_write_for` | [`RwLockExt::write_timeout`](tl_locks::RwLockExt::write_timeout) | |
//! | `RwLock.try_write_until` | [`RwLockExt::write_deadline`](tl_locks::RwLockExt::write_deadline) | |
//! | `RwLock.try_upgradable_read_for` | [`RwLockExt::upgradable_read_timeout`](tl_locks::RwLockExt::upgradable_read_timeout) | |
//! | `RwLock.try_upgradable_read_until` | [`RwLockExt::upgradable_read_deadline`](tl_locks::RwLockExt::upgradable_read_deadline) | |
//! | `Condvar.wait_for` | [`CondvarExt::wait_timeout`](tl_condition::CondvarExt::wait_timeout) | a `bool`: whether it was notified |
//! | `Condvar.wait_until` | [`CondvarExt::wait_deadline`](tl_condition::CondvarExt::wait_deadline) | the same |
//! | `Condvar.wait_while_for` | [`CondvarExt::wait_while_timeout`](tl_condition::CondvarExt::wait_while_timeout) | a `bool`: whether the condition became false |
//! | `Condvar.wait_while_until` | [`CondvarExt::wait_while_deadline`](tl_condition::CondvarExt::wait_while_deadline) | the same |
//!
//! # `parking_lot` 0.13
//!
//! | `parking_lot` | here | what differs |
//! | --- | --- | --- |
//! | `ArcMutexGuard` | [`Mutex`](tl_locks::Mutex)`::lock_arc` | with the feature `arc_lock` |
//! | `ArcReentrantMutexGuard` | [`ReentrantMutex`](tl_locks::ReentrantMutex)`::lock_arc` | with the feature `arc_lock` |
//! | `ArcRwLockReadGuard` | [`RwLock`](tl_locks::RwLock)`::read_arc` | with the feature `arc_lock` |
//! | `ArcRwLockUpgradableReadGuard` | [`RwLock`](tl_locks::RwLock)`::upgradable_read_arc` | with the feature `arc_lock` |
//! | `ArcRwLockWriteGuard` | [`RwLock`](tl_locks::RwLock)`::write_arc` | with the feature `arc_lock` |
//! | `Condvar` | [`Condvar`](tl_condition::Condvar) | also [`notify`](tl_condition::CondvarExt::notify) of a given number of waiters |
//! | `FairMutex` | [`Mutex`](tl_locks::Mutex) | a thread that has waited for half a millisecond is next; `MutexGuard::unlock_fair` does not wait for that |
//! | `FairMutexGuard` | [`MutexGuard`](tl_locks::MutexGuard) | as `FairMutex` |
//! | `MappedFairMutexGuard` | [`MappedMutexGuard`](tl_locks::MappedMutexGuard) | as `FairMutex` |
//! | `MappedMutexGuard` | [`MappedMutexGuard`](tl_locks::MappedMutexGuard) | |
//! | `MappedRecursiveRwLockReadGuard` | [`MappedRwLockReadGuard`](tl_locks::MappedRwLockReadGuard) | as `RecursiveRwLock` |
//! | `MappedRecursiveRwLockWriteGuard` | [`MappedRwLockWriteGuard`](tl_locks::MappedRwLockWriteGuard) | as `RecursiveRwLock` |
//! | `MappedReentrantMutexGuard` | [`MappedReentrantMutexGuard`](tl_locks::MappedReentrantMutexGuard) | |
//! | `MappedRwLockReadGuard` | [`MappedRwLockReadGuard`](tl_locks::MappedRwLockReadGuard) | |
//! | `MappedRwLockWriteGuard` | [`MappedRwLockWriteGuard`](tl_locks::MappedRwLockWriteGuard) | |
//! | `Mutex` | [`Mutex`](tl_locks::Mutex) | without data, [`Lock`](tl_locks::Lock) |
//! | `MutexGuard` | [`MutexGuard`](tl_locks::MutexGuard) | may be sent |
//! | `Once` | left out | [`std::sync::OnceLock`] and [`LazyLock`](std::sync::LazyLock) do that; to wait for one event there is an [`Event`](tl_event::Event) |
//! | `OnceState` | left out | as `Once` |
//! | `RawCondvar` | [`RawCondvar`](tl_locks::RawCondvar) | |
//! | `RawFairMutex` | [`RawLock`](tl_locks::RawLock) | as `FairMutex` |
//! | `RawMutex` | [`RawLock`](tl_locks::RawLock) | four bytes |
//! | `RawRwLock` | [`RawRwLock`](tl_locks::RawRwLock) | four bytes |
//! | `RawRwLockRecursive` | [`RawRwLock`](tl_locks::RawRwLock) | as `RecursiveRwLock` |
//! | `RawThreadId` | [`RawThreadIdent`](tl_locks::RawThreadIdent) | |
//! | `RecursiveRwLock` | [`RwLockExt::read_recursive`](tl_locks::RwLockExt::read_recursive) | a method, for the reads that may be inside others |
//! | `RecursiveRwLockReadGuard` | [`RwLockReadGuard`](tl_locks::RwLockReadGuard) | as `RecursiveRwLock` |
//! | `RecursiveRwLockUpgradableReadGuard` | [`RwLockUpgradableReadGuard`](tl_locks::RwLockUpgradableReadGuard) | as `RecursiveRwLock` |
//! | `RecursiveRwLockWriteGuard` | [`RwLockWriteGuard`](tl_locks::RwLockWriteGuard) | as `RecursiveRwLock` |
//! | `ReentrantMutex` | [`ReentrantMutex`](tl_locks::ReentrantMutex) | without data, [`RLock`](tl_locks::RLock) |
//! | `ReentrantMutexGuard` | [`ReentrantMutexGuard`](tl_locks::ReentrantMutexGuard) | |
//! | `RwLock` | [`RwLock`](tl_locks::RwLock) | |
//! | `RwLockReadGuard` | [`RwLockReadGuard`](tl_locks::RwLockReadGuard) | may be sent |
//! | `RwLockUpgradableReadGuard` | [`RwLockUpgradableReadGuard`](tl_locks::RwLockUpgradableReadGuard) | may be sent |
//! | `RwLockWriteGuard` | [`RwLockWriteGuard`](tl_locks::RwLockWriteGuard) | may be sent |
//! | `WaitTimeoutResult` | [`Condvar`](tl_condition::Condvar)`::wait_for` returns the same | a `bool` from [`CondvarExt`](tl_condition::CondvarExt) |
//! | `deadlock` | left out | the locks do not watch each other |
//! | `lock_api` | left out | the crate [`lock_api`](https://docs.rs/lock_api) itself, in version 0.5 |
//!
//! # `std::sync`
//!
//! | `std::sync` | here | what differs |
//! | --- | --- | --- |
//! | `Arc` | left out | `std`'s is used everywhere |
//! | `Barrier` | [`Barrier`](tl_barrier::Barrier) | with timeouts; can be aborted and reset |
//! | `Barrier.wait` | [`Barrier::wait`](tl_barrier::Barrier::wait) | a `Result`: the barrier may have been broken |
//! | `BarrierWaitResult` | [`BarrierWaitResult`](tl_barrier::BarrierWaitResult) | |
//! | `BarrierWaitResult.is_leader` | [`BarrierWaitResult::is_leader`](tl_barrier::BarrierWaitResult::is_leader) | also [`index`](tl_barrier::BarrierWaitResult::index), the order of arrival |
//! | `Condvar` | [`Condvar`](tl_condition::Condvar) | does not wake without reason; on a lock without data, [`Condition`](tl_condition::Condition) |
//! | `Condvar.notify_all` | [`Condvar`](tl_condition::Condvar)`::notify_all` | returns how many it notified |
//! | `Condvar.notify_one` | [`Condvar`](tl_condition::Condvar)`::notify_one` | returns whether it notified one |
//! | `Condvar.wait` | [`Condvar`](tl_condition::Condvar)`::wait` | takes `&mut` of the guard |
//! | `Condvar.wait_timeout` | [`CondvarExt::wait_timeout`](tl_condition::CondvarExt::wait_timeout) | returns whether it was notified |
//! | `Condvar.wait_timeout_ms` | left out | deprecated in `std` |
//! | `Condvar.wait_timeout_while` | [`CondvarExt::wait_while_timeout`](tl_condition::CondvarExt::wait_while_timeout) | returns whether the condition became false |
//! | `Condvar.wait_while` | [`Condvar`](tl_condition::Condvar)`::wait_while` | takes `&mut` of the guard |
//! | `LazyLock` | left out | `std`'s will do |
//! | `LockResult` | left out | nothing is poisoned |
//! | `Mutex` | [`Mutex`](tl_locks::Mutex) | |
//! | `Mutex.clear_poison` | left out | nothing is poisoned |
//! | `Mutex.get_mut` | [`Mutex`](tl_locks::Mutex)`::get_mut` | no `Result` |
//! | `Mutex.into_inner` | [`Mutex`](tl_locks::Mutex)`::into_inner` | no `Result` |
//! | `Mutex.is_poisoned` | left out | nothing is poisoned |
//! | `Mutex.lock` | [`Mutex`](tl_locks::Mutex)`::lock` | no `Result` |
//! | `Mutex.try_lock` | [`Mutex`](tl_locks::Mutex)`::try_lock` | an `Option` |
//! | `MutexGuard` | [`MutexGuard`](tl_locks::MutexGuard) | may be sent |
//! | `ONCE_INIT` | left out | deprecated in `std` |
//! | `Once` | left out | `std`'s will do |
//! | `OnceLock` | left out | `std`'s will do |
//! | `OnceState` | left out | as `Once` |
//! | `PoisonError` | left out | nothing is poisoned |
//! | `RwLock` | [`RwLock`](tl_locks::RwLock) | |
//! | `RwLock.clear_poison` | left out | nothing is poisoned |
//! | `RwLock.get_mut` | [`RwLock`](tl_locks::RwLock)`::get_mut` | no `Result` |
//! | `RwLock.into_inner` | [`RwLock`](tl_locks::RwLock)`::into_inner` | no `Result` |
//! | `RwLock.is_poisoned` | left out | nothing is poisoned |
//! | `RwLock.read` | [`RwLock`](tl_locks::RwLock)`::read` | no `Result` |
//! | `RwLock.try_read` | [`RwLock`](tl_locks::RwLock)`::try_read` | an `Option` |
//! | `RwLock.try_write` | [`RwLock`](tl_locks::RwLock)`::try_write` | an `Option` |
//! | `RwLock.write` | [`RwLock`](tl_locks::RwLock)`::write` | no `Result` |
//! | `RwLockReadGuard` | [`RwLockReadGuard`](tl_locks::RwLockReadGuard) | may be sent |
//! | `RwLockWriteGuard` | [`RwLockWriteGuard`](tl_locks::RwLockWriteGuard) | may be sent |
//! | `RwLockWriteGuard.downgrade` | [`RwLockWriteGuard`](tl_locks::RwLockWriteGuard)`::downgrade` | |
//! | `TryLockError` | left out | a try returns an `Option` |
//! | `TryLockResult` | left out | a try returns an `Option` |
//! | `WaitTimeoutResult` | [`CondvarExt::wait_timeout`](tl_condition::CondvarExt::wait_timeout) | a `bool`, and true where `timed_out` is false |
//! | `WaitTimeoutResult.timed_out` | [`CondvarExt::wait_timeout`](tl_condition::CondvarExt::wait_timeout) | the opposite |
//! | `Weak` | left out | `std`'s is used everywhere |
//! | `atomic` | left out | `std`'s are used everywhere |
//! | `mpsc` | left out | `std`'s will do; a queue of your own is a [`Monitor`](tl_condition::Monitor) |
//!
//! # `std::thread`
//!
//! | `std::thread` | here | what differs |
//! | --- | --- | --- |
//! | `AccessError` | left out | a [`Local`](tl_local::Local) whose value is gone is empty |
//! | `Builder` | [`Builder`](tl_thread::Builder) | also [`daemon`](tl_thread::Builder::daemon) |
//! | `Builder.name` | [`Builder::name`](tl_thread::Builder::name) | |
//! | `Builder.spawn` | [`Builder::spawn`](tl_thread::Builder::spawn) | |
//! | `Builder.spawn_scoped` | [`Builder::spawn_scoped`](tl_thread::Builder::spawn_scoped) | |
//! | `Builder.spawn_unchecked` | left out | `unsafe`; use a [`scope`](tl_thread::scope) |
//! | `Builder.stack_size` | [`Builder::stack_size`](tl_thread::Builder::stack_size) | |
//! | `JoinHandle` | [`JoinHandle`](tl_thread::JoinHandle) | |
//! | `JoinHandle.is_finished` | [`JoinHandle::is_finished`](tl_thread::JoinHandle::is_finished) | |
//! | `JoinHandle.join` | [`JoinHandle::join`](tl_thread::JoinHandle::join) | also [`join_timeout`](tl_thread::JoinHandle::join_timeout) |
//! | `JoinHandle.thread` | [`JoinHandle::thread`](tl_thread::JoinHandle::thread) | |
//! | `JoinHandle.as_raw_handle` | [`Thread::native_id`](tl_thread::Thread::native_id) | on Windows; `OpenThread` makes a handle of your own of it, which no join closes |
//! | `JoinHandleExt.as_pthread_t` | [`Thread::as_pthread_t`](tl_thread::Thread::as_pthread_t) | on Unix; an `Option`, and no trait |
//! | `LocalKey` | [`Local`](tl_local::Local) | an object, and not only a `static`; dropped with its values. All see all values in a [`SharedLocal`](tl_local::SharedLocal) |
//! | `LocalKey.get` | [`Local::get`](tl_local::Local::get) | an `Option` |
//! | `LocalKey.replace` | [`Local::set`](tl_local::Local::set) | returns what was there |
//! | `LocalKey.set` | [`Local::set`](tl_local::Local::set) | |
//! | `LocalKey.take` | [`Local::take`](tl_local::Local::take) | |
//! | `LocalKey.try_with` | [`Local::with`](tl_local::Local::with) | as `with` |
//! | `LocalKey.with` | [`Local::with_or_init`](tl_local::Local::with_or_init) | [`with`](tl_local::Local::with) gives an `Option` |
//! | `LocalKey.with_borrow` | [`Local::with`](tl_local::Local::with) | |
//! | `LocalKey.with_borrow_mut` | [`Local::with_mut`](tl_local::Local::with_mut) | |
//! | `Result` | left out | `std`'s is used everywhere |
//! | `Scope` | [`Scope`](tl_thread::Scope) | |
//! | `Scope.spawn` | [`Scope`](tl_thread::Scope)`::spawn` | |
//! | `ScopedJoinHandle` | [`ScopedJoinHandle`](tl_thread::ScopedJoinHandle) | |
//! | `ScopedJoinHandle.is_finished` | [`ScopedJoinHandle::is_finished`](tl_thread::ScopedJoinHandle::is_finished) | |
//! | `ScopedJoinHandle.join` | [`ScopedJoinHandle::join`](tl_thread::ScopedJoinHandle::join) | also [`join_timeout`](tl_thread::ScopedJoinHandle::join_timeout) |
//! | `ScopedJoinHandle.thread` | [`ScopedJoinHandle::thread`](tl_thread::ScopedJoinHandle::thread) | |
//! | `Thread` | [`Thread`](tl_thread::Thread) | also one that has not been started |
//! | `Thread.id` | [`Thread::ident`](tl_thread::Thread::ident) | |
//! | `Thread.name` | [`Thread::name`](tl_thread::Thread::name) | every thread has one |
//! | `Thread.unpark` | [`Thread::unpark`](tl_thread::Thread::unpark) | |
//! | `ThreadId` | [`ThreadIdent`](tl_thread::ThreadIdent) | |
//! | `available_parallelism` | left out | `std`'s will do |
//! | `current` | [`current_thread`](tl_thread::current_thread) | |
//! | `panicking` | left out | `std`'s will do |
//! | `park` | [`park`](tl_thread::park) | |
//! | `park_timeout` | [`park_timeout`](tl_thread::park_timeout) | returns whether it was unparked |
//! | `park_timeout_ms` | left out | deprecated in `std` |
//! | `scope` | [`scope`](tl_thread::scope) | |
//! | `sleep` | left out | `std`'s will do; one that can be ended early is [`Event::wait_timeout`](tl_event::Event::wait_timeout) |
//! | `sleep_ms` | left out | deprecated in `std` |
//! | `spawn` | [`spawn`](tl_thread::spawn) | the process waits for the thread when `main` returns |
//! | `thread_local` | [`Local`](tl_local::Local) | no macro |
//! | `yield_now` | left out | `std`'s will do |
