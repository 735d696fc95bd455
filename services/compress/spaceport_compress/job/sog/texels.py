"""Choosing each texel by rate and distortion: weight * error^2 + rate_price * bits.

`bits` comes from the entropy of the channel as lossless WebP will see it. The codebook is sorted,
so a search from the nearest entry outwards stops once the error alone costs more than the best.
"""

from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Floats, Integers, over_rows
from spaceport_splat.kernels import kernel

SYMBOLS = 256
_SAMPLE = 80_000
_ROUNDS = 4
_HIGH_BYTE_BITS = 2.0
_SMOOTHING = 0.3
_NO_BASE = np.zeros(1, np.int64)


@dataclass(frozen=True)
class Channels:
    """Values [N,C] with a weight each; `subtract_green` when WebP will code 0 and 2 minus 1."""

    values: Floats
    weights: Floats
    subtract_green: bool = False

    def sample(self, seed: int) -> "Channels":
        """Enough rows to learn entropies from."""
        rows = _sample_rows(len(self.values), seed)
        return Channels(self.values[rows], self.weights[rows], self.subtract_green)


def choose(
    channels: Channels, codebook: Floats, rate_price: float, adapt: bool, seed: int = 2
) -> tuple[Integers, Floats]:
    """Codes [N,C] and the codebook, moved to the means of what chose its entries if `adapt`.

    Entropies (and codebook) are learnt in a few rounds on a sample, then all is chosen once.
    """
    sample = channels.sample(seed)
    boundaries = (codebook[1:] + codebook[:-1]) / 2
    codes = np.searchsorted(boundaries, sample.values).astype(np.int64)
    if rate_price == 0:
        codes = np.searchsorted(boundaries, channels.values).astype(np.int64)
        return codes, _recentred(channels, codes, codebook) if adapt else codebook
    for _ in range(_ROUNDS):
        codes = _choose_all(sample, codebook, _channel_bits(sample, codes), rate_price)
        if adapt:
            codebook = _recentred(sample, codes, codebook)
    codes = _choose_all(channels, codebook, _channel_bits(sample, codes), rate_price)
    return codes, _recentred(channels, codes, codebook) if adapt else codebook


def choose_steps(
    steps: Floats, weights: Floats, slopes: Floats, rate_price: float, seed: int = 3
) -> Integers:
    """16-bit positions [N,3] near `steps` whose low byte is cheap.

    An error of d steps costs weight * d^2 + slope * |d|.
    """
    chosen = np.rint(steps).astype(np.int64)
    if rate_price == 0:
        return chosen
    few = _sample_rows(len(steps), seed)
    for axis in range(3):
        columns = _column(steps, axis), _column(weights, axis), _column(slopes, axis)
        values, weight, slope = (column[few] for column in columns)
        bits = _round_number_bits()
        trial = np.empty(len(values), np.int64)
        for _ in range(_ROUNDS + 1):
            _nearest_cheap_step(values, weight, slope, bits, rate_price, trial)
            bits = entropy_bits(trial & 255)
        column = np.empty(len(steps), np.int64)
        _steps_by_rows(columns, bits, rate_price, column)
        chosen[:, axis] = column
    return chosen


def entropy_bits(codes: Integers, symbols: int = SYMBOLS) -> Floats:
    """Bits that an entropy coder spends on each symbol."""
    share = np.bincount(codes.ravel(), minlength=symbols) + _SMOOTHING
    return np.asarray(-np.log2(share / share.sum()), np.float64)


def _round_number_bits() -> Floats:
    """Begin by preferring round numbers: all symbols being equal, nothing would ever be cheaper."""
    zeros = [8.0] + [float(min(8, (value & -value).bit_length() - 1)) for value in range(1, 256)]
    bits = 8 - 0.6 * np.array(zeros)
    return np.asarray(bits + np.log2((2.0**-bits).sum()), np.float64)


def _sample_rows(count: int, seed: int) -> Integers:
    if count <= _SAMPLE:
        return np.arange(count)
    return np.random.default_rng(seed).integers(0, count, _SAMPLE)


def _column(array: Floats, axis: int) -> Floats:
    return np.ascontiguousarray(array[:, axis])


def _steps_by_rows(
    columns: tuple[Floats, Floats, Floats], bits: Floats, rate_price: float, out: Integers
) -> None:
    values, weights, slopes = columns

    def work(start: int, stop: int) -> None:
        rows = slice(start, stop)
        _nearest_cheap_step(values[rows], weights[rows], slopes[rows], bits, rate_price, out[rows])

    over_rows(len(values), work)


def _channel_bits(channels: Channels, codes: Integers) -> list[Floats]:
    bits = []
    for channel in range(codes.shape[1]):
        column = codes[:, channel]
        if channels.subtract_green and channel != 1:
            column = (column - codes[:, 1]) & 255
        bits.append(entropy_bits(column))
    return bits


def _choose_all(
    channels: Channels, codebook: Floats, bits: list[Floats], rate_price: float
) -> Integers:
    codes = np.empty(channels.values.shape, np.int64)
    columns = range(channels.values.shape[1])
    for channel in sorted(columns, key=lambda c: c != 1) if channels.subtract_green else columns:
        relative = channels.subtract_green and channel != 1
        base = np.ascontiguousarray(codes[:, 1]) if relative else _NO_BASE
        codes[:, channel] = _choose_column(
            _column(channels.values, channel),
            _column(channels.weights, channel),
            codebook,
            bits[channel],
            rate_price,
            base,
        )
    return codes


def _choose_column(
    values: Floats,
    weights: Floats,
    codebook: Floats,
    bits: Floats,
    rate_price: float,
    base: Integers,
) -> Integers:
    out = np.empty(len(values), np.int64)

    def work(start: int, stop: int) -> None:
        rows = slice(start, stop)
        shared = base if len(base) == 1 else base[rows]
        _cheapest_code(values[rows], weights[rows], codebook, bits, rate_price, shared, out[rows])

    over_rows(len(values), work)
    return out


def _recentred(channels: Channels, codes: Integers, codebook: Floats) -> Floats:
    """Each entry at the weighted mean of what chose it, still sorted; an unused one follows."""
    weights = channels.weights.ravel()
    mass = np.bincount(codes.ravel(), weights, SYMBOLS)
    total = np.bincount(codes.ravel(), weights * channels.values.ravel(), SYMBOLS)
    used = mass > 0
    means = np.where(used, total / np.maximum(mass, 1e-300), -np.inf)
    means[0] = means[np.argmax(used)]
    return np.asarray(np.maximum.accumulate(means), np.float64)


@kernel
def _cheapest_code(
    values: Floats,
    weights: Floats,
    codebook: Floats,
    bits: Floats,
    rate_price: float,
    base: Integers,
    out: Integers,
) -> None:
    """argmin over j of weight * (value - codebook[j])^2 + rate_price * bits[(j - base) & 255]."""
    cheap = int(np.argmin(bits))
    floor = rate_price * bits[cheap]
    for i in range(len(values)):
        shift = base[i] if len(base) > 1 else base[0]
        value, weight = values[i], weights[i]
        low, high = 0, len(codebook) - 1
        while low < high:
            middle = (low + high) // 2
            if value < (codebook[middle] + codebook[middle + 1]) * 0.5:
                high = middle
            else:
                low = middle + 1
        chosen = (cheap + shift) & 255
        best = weight * (value - codebook[chosen]) ** 2 + floor
        for j in range(low, len(codebook)):
            error = weight * (value - codebook[j]) ** 2
            if error + floor >= best and j > low:
                break
            cost = error + rate_price * bits[(j - shift) & 255]
            if cost < best:
                best, chosen = cost, j
        for j in range(low - 1, -1, -1):
            error = weight * (value - codebook[j]) ** 2
            if error + floor >= best:
                break
            cost = error + rate_price * bits[(j - shift) & 255]
            if cost < best:
                best, chosen = cost, j
        out[i] = chosen


@kernel
def _nearest_cheap_step(
    values: Floats,
    weights: Floats,
    slopes: Floats,
    bits: Floats,
    rate_price: float,
    out: Integers,
) -> None:
    """As above for 16-bit numbers; `bits` prices the low byte, another high byte costs extra."""
    cheap = int(np.argmin(bits))
    floor = rate_price * bits[cheap]
    for i in range(len(values)):
        value, weight, slope = values[i], weights[i], slopes[i]
        centre = round(value)
        chosen = (centre & ~255) | cheap
        best = weight * (value - chosen) ** 2 + slope * abs(value - chosen) + floor
        for direction in (1, -1):
            j = centre if direction == 1 else centre - 1
            while 0 <= j <= 65535 and abs(j - centre) <= 128:
                error = weight * (value - j) ** 2 + slope * abs(value - j)
                if error + floor >= best:
                    break
                cost = error + rate_price * bits[j & 255]
                if j >> 8 != centre >> 8:
                    cost += rate_price * _HIGH_BYTE_BITS
                if cost < best:
                    best, chosen = cost, j
                j += direction
        out[i] = chosen
