import os

from storage.chance import PIECE, PIECES, Chance


def test_every_piece_is_as_long_as_asked_for() -> None:
    chance = Chance()
    assert [len(chance(length)) for length in (12, 16, 20, 64)] == [12, 16, 20, 64]


def test_nothing_is_given_twice() -> None:
    chance = Chance()
    drawn = [chance(12) for _ in range(3 * PIECES)]
    assert len(set(drawn)) == len(drawn)


def test_the_system_is_asked_once_for_many() -> None:
    asked = list[int]()

    def source(length: int) -> bytes:
        asked.append(length)
        return os.urandom(length)

    chance = Chance(source)
    for _ in range(PIECES):
        chance(12)
    assert asked == [PIECE * PIECES]


def test_a_forked_process_draws_anew() -> None:
    chance = Chance()
    chance(12)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, chance(12))
        os._exit(0)
    os.waitpid(child, 0)
    drawn = os.read(reading, 12)
    os.close(reading)
    os.close(writing)
    assert drawn not in {chance(12) for _ in range(PIECES)}
