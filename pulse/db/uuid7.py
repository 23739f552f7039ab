"""Ids for many rows at once, in the format of the database's own `uuidv7()`.

The server asks the kernel for randomness row by row, 4 µs each; here it is one call per chunk.
"""

import os
import time

import numpy as np

TICKS = 4096  # ticks in a millisecond: the 12 bits that PostgreSQL also fills with fractions of it


def uuid7_batch(count: int) -> list[str]:
    """`count` new ids as 32 hexadecimal digits, in ascending order.

    The last one has the present time, the others the ticks (a quarter of a microsecond) before it:
    20,000 ids reach back 5 ms. 62 bits of each are random.
    """
    tick = time.time_ns() * TICKS // 1_000_000 - count + 1 + np.arange(count, dtype=np.uint64)
    words = np.empty((count, 2), dtype=">u8")
    words[:, 0] = (tick // TICKS << 16) | 0x7000 | (tick % TICKS)
    chance = np.frombuffer(os.urandom(8 * count), dtype=np.uint64)
    words[:, 1] = (chance >> 2) | np.uint64(1 << 63)
    digits = words.tobytes().hex()
    return [digits[at : at + 32] for at in range(0, len(digits), 32)]
