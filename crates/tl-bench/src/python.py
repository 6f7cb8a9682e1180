"""The same work through CPython's threading: python3 -c THIS CASE SECONDS prints nanoseconds an operation."""

import collections
import logging
import os
import sys
import threading
import time

now = time.perf_counter_ns


def per_call(seconds, call, inner=1):
    """Nanoseconds of one call, by a batch that takes about so long."""
    budget = seconds * 1e9
    calls = 1
    while True:
        repeat = range(calls)
        start = now()
        for _ in repeat:
            call()
        elapsed = now() - start
        if elapsed >= budget / 4:
            return elapsed / calls / inner
        calls *= 2


def run_all(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def team(seconds, threads, operation):
    """Nanoseconds that pass for each operation, when so many threads do it back to back."""
    counts = [0] * threads
    gate = threading.Barrier(threads + 1)
    stop = False

    def work(index):
        count = 0
        gate.wait()
        while not stop:
            operation()
            count += 1
        counts[index] = count

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    gate.wait()
    start = now()
    time.sleep(seconds)
    stop = True
    elapsed = now() - start
    for worker in workers:
        worker.join()
    return elapsed / max(1, sum(counts))


def busy(nanoseconds):
    """Work that lasts about so long, made ready beforehand; nothing that Python can do is as short as 50 ns."""
    steps = range(max(1, round(nanoseconds / 15)))

    def work():
        for _ in steps:
            pass

    return work


def hold(lock):
    def operation():
        with lock:
            pass

    return operation


def lock(seconds):
    return per_call(seconds, hold(threading.Lock()))


def try_held(seconds):
    lock = threading.Lock()
    lock.acquire()
    return per_call(seconds, lambda: lock.acquire(False))


def rlock(seconds):
    return per_call(seconds, hold(threading.RLock()))


def rlock_depth_3(seconds):
    lock = threading.RLock()

    def operation():
        with lock:
            with lock:
                with lock:
                    pass

    return per_call(seconds, operation)


def contended(threads, outside):
    def measure(seconds):
        operation = hold(threading.Lock())
        if outside:
            locked, work = operation, busy(outside)

            def operation():
                locked()
                work()

        return team(seconds, threads, operation)

    return measure


def condition_ping_pong(seconds):
    condition = threading.Condition()
    turn = 0

    def hand_over(mine, after):
        nonlocal turn
        with condition:
            while turn != mine and turn != 2:
                condition.wait()
            if turn == 2:
                return False
            turn = after
            condition.notify()
            return True

    def back():
        while hand_over(1, 0):
            pass

    def there():
        hand_over(0, 1)

    other = threading.Thread(target=back)
    other.start()
    nanoseconds = per_call(seconds, there)
    hand_over(0, 2)
    other.join()
    return nanoseconds


def notify_all(seconds):
    parties = 8
    condition = threading.Condition()
    generation, waiting, woken = 0, 0, 0
    done = threading.Semaphore(0)
    stop = False

    def work():
        nonlocal waiting, woken
        seen = 0
        while True:
            with condition:
                waiting += 1
                while generation == seen:
                    condition.wait()
                seen = generation
                if stop:
                    return
                woken += 1
                if woken == parties:
                    woken = 0
                    done.release()

    workers = [threading.Thread(target=work) for _ in range(parties)]
    for worker in workers:
        worker.start()
    total = rounds = 0
    end = now() + seconds * 1e9
    while True:
        while True:
            with condition:
                if waiting == parties:
                    waiting = 0
                    break
            time.sleep(0)
        time.sleep(0.0001)
        start = now()
        with condition:
            generation += 1
            stop = start > end
            condition.notify_all()
        if stop:
            break
        done.acquire()
        total += now() - start
        rounds += 1
    for worker in workers:
        worker.join()
    return total / max(1, rounds)


def event_wait_set(seconds):
    event = threading.Event()
    event.set()
    return per_call(seconds, event.wait)


def event_is_set(seconds):
    return per_call(seconds, threading.Event().is_set)


def event_set_clear(seconds):
    event = threading.Event()

    def operation():
        event.set()
        event.clear()

    return per_call(seconds, operation)


def event_ping_pong(seconds):
    ping, pong = threading.Event(), threading.Event()
    stop = False

    def back():
        while True:
            ping.wait()
            ping.clear()
            if stop:
                return
            pong.set()

    def there():
        ping.set()
        pong.wait()
        pong.clear()

    other = threading.Thread(target=back)
    other.start()
    nanoseconds = per_call(seconds, there)
    stop = True
    ping.set()
    other.join()
    return nanoseconds


def barrier(parties):
    def measure(seconds):
        barrier = threading.Barrier(parties)
        end = now() + seconds * 1e9
        result = None

        def work(index):
            nonlocal result
            start = now()
            rounds = 0
            try:
                while True:
                    barrier.wait()
                    rounds += 1
                    if index == 0 and now() > end:
                        result = (now() - start) / rounds
                        barrier.abort()
            except threading.BrokenBarrierError:
                pass

        run_all([threading.Thread(target=work, args=(index,)) for index in range(parties)])
        return result

    return measure


def semaphore(seconds):
    return per_call(seconds, hold(threading.Semaphore(1)))


def semaphore_contended(inside, outside):
    def measure(seconds):
        semaphore = threading.Semaphore(2)
        work = busy(inside)
        rest = busy(outside) if outside else None

        def operation():
            with semaphore:
                work()
            if rest:
                rest()

        return team(seconds, 8, operation)

    return measure


def start_join(count):
    def operation():
        run_all([threading.Thread(target=int) for _ in range(count)])

    return lambda seconds: per_call(seconds, operation, count)


def timer_start_cancel(seconds):
    def operation():
        timer = threading.Timer(3600, int)
        timer.start()
        timer.cancel()
        timer.join()

    return per_call(seconds, operation)


def timer_lateness(seconds):
    lateness = collections.deque()
    start = time.perf_counter()

    def timer(due):
        return threading.Timer(due - time.perf_counter(), lambda: lateness.append(time.perf_counter() - due))

    timers = []
    for number in range(1000):
        timer_of_this = timer(start + 0.05 + 0.0005 * number)
        timer_of_this.start()
        timers.append(timer_of_this)
    for each in timers:
        each.join()
    return sum(lateness) / len(lateness) * 1e9


def local_get(seconds):
    local = threading.local()
    local.value = 1
    return per_call(seconds, lambda: local.value)


def identity(seconds):
    return per_call(seconds, threading.get_ident)


def current_name(seconds):
    return per_call(seconds, lambda: threading.current_thread().name)


def log_line(seconds):
    handler = logging.StreamHandler(open("/dev/null", "w"))
    handler.setFormatter(logging.Formatter("(%(threadName)-10s) %(message)s"))
    logger = logging.getLogger("bench")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    return per_call(seconds, lambda: logger.debug("a line of the log, number %d", 7))


CASES = {
    "1a": lock,
    "1b": try_held,
    "2a": rlock,
    "2b": rlock_depth_3,
    "3a": contended(2, 0),
    "3b": contended(2, 200),
    "3c": contended(8, 0),
    "3d": contended(8, 200),
    "4a": condition_ping_pong,
    "4b": condition_ping_pong,
    "4c": notify_all,
    "5a is_set": event_is_set,
    "5a wait": event_wait_set,
    "5b": event_set_clear,
    "5c": event_ping_pong,
    "5d": event_ping_pong,
    "6a": barrier(2),
    "6b": barrier(2),
    "6c": barrier(8),
    "7a": semaphore,
    "7b": semaphore_contended(50, 0),
    "7c": semaphore_contended(50, 200),
    "8a": start_join(1),
    "8b": start_join(64),
    "9a": timer_start_cancel,
    "9b": timer_lateness,
    "10": local_get,
    "11 ident": identity,
    "11 name": current_name,
    "12": log_line,
}
# Where the case says that all its threads share one core.
ONE_CORE = {"4b", "5d", "6b"}

if sys.argv[1] in ONE_CORE:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
print(CASES[sys.argv[1]](float(sys.argv[2])))
