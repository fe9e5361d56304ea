"""How calls are paced, on a clock that moves as the test says."""

from __future__ import annotations

import itertools

from fulfillment.sheets.pace import BURST, WINDOW_CALLS, WINDOW_S, Pace

CALL_S = 0.4


def calls_of(pace: Pace, *, for_s: float) -> list[float]:
    """When an instance calls that always has something to send."""
    now, times = 0.0, []
    while now < for_s:
        now += pace.ready_in_s(now)
        pace.spend(now)
        times.append(now)
        now += CALL_S
    return times


def test_no_minute_holds_more_calls_than_google_allows() -> None:
    times = calls_of(Pace(), for_s=600)
    assert max(sum(start <= time < start + WINDOW_S for time in times) for start in times) <= WINDOW_CALLS


def test_a_burst_is_never_paid_for_by_a_long_silence() -> None:
    pace = Pace()
    times = calls_of(pace, for_s=600)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(gaps[: BURST - 1]) < CALL_S + 0.01
    assert max(gaps) < 1.3 * pace.gap_s


def test_whoever_wins_against_rivals_leaves_each_of_them_the_time_to_look_and_write() -> None:
    pace = Pace()
    for rivals in (1, 2):
        pace.spend(0.0)
        pace.won(0.0, foreign=rivals, jitter=0.0)
        assert pace.ready_in_s(0.0) >= rivals * pace.gap_s


def test_who_has_waited_long_does_not_wait_long_again() -> None:
    few, many = Pace(), Pace()
    few.won(0.0, foreign=3, jitter=0.5)
    many.won(0.0, foreign=20, jitter=0.5)
    assert many.ready_in_s(0.0) == few.ready_in_s(0.0)


def test_rivals_that_are_gone_are_forgotten() -> None:
    pace = Pace()
    pace.won(0.0, foreign=3, jitter=0.5)
    for _ in range(30):
        pace.won(0.0, foreign=0, jitter=0.5)
    assert not pace.has_rivals
    assert pace.ready_in_s(0.0) == 0.0
