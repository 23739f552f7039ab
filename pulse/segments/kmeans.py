"""Clusters: groups of customers with similar signals, by k-means, with stable names.

scikit-learn is imported on first use. The number of groups is the one with the best silhouette on a
sample. A name states the difference to all customers ("High loyalty, low engagement"). A group that
existed in the earlier result keeps its name.
"""

from collections.abc import Mapping

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats, Ints

FEWEST, MOST = 3, 6
"""Minimum and maximum number of clusters."""
LEAST_CUSTOMERS = 60
SILHOUETTE_ROWS = 3_000
SPOKEN = 0.5
"""Standard deviations from which a signal is named as a difference."""
STILL_THERE = 0.75
"""A cluster keeps its name if its centre moved less than this (in standard deviations)."""
SEED = 7


class Cluster(msgspec.Struct, frozen=True):
    """One cluster: name, centre in signal shares (0–1), size when found."""

    name: str
    centre: dict[str, float]
    customers: int


class Clusters(msgspec.Struct, frozen=True):
    """The clusters found; stored as JSON to assign customers and keep names later."""

    signals: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    clusters: tuple[Cluster, ...]

    def places(self, shares: Mapping[str, Floats]) -> Ints:
        """Return [N] the index of the nearest cluster; unknown signals count as average."""
        vectors = _standardise(shares, self.signals, self.means, self.spreads)
        centres = np.array([self._vector(cluster) for cluster in self.clusters])
        far = ((vectors[:, np.newaxis, :] - centres[np.newaxis]) ** 2).sum(axis=2)
        nearest: Ints = far.argmin(axis=1)
        return nearest

    def _vector(self, cluster: Cluster) -> list[float]:
        return [
            (cluster.centre[signal] - mean) / spread
            for signal, mean, spread in zip(self.signals, self.means, self.spreads, strict=True)
        ]


def discover(shares: Mapping[str, Floats], before: Clusters | None = None) -> Clusters | None:
    """Find groups among N customers by their signal shares; None with too few."""
    signals = tuple(shares)
    size = len(next(iter(shares.values()), ()))
    if size < LEAST_CUSTOMERS or len(signals) < 2:
        return None
    means = tuple(float(np.nanmean(shares[signal])) for signal in signals)
    spreads = tuple(float(np.nanstd(shares[signal])) or 1.0 for signal in signals)
    vectors = _standardise(shares, signals, means, spreads)
    labels, centres = _best_grouping(vectors)
    counts = np.bincount(labels, minlength=len(centres))
    order = np.argsort(-counts, kind="stable")
    names = _name_clusters(centres[order], signals)
    found = Clusters(
        signals,
        means,
        spreads,
        tuple(
            Cluster(
                name,
                {
                    signal: float(mean + spread * value)
                    for signal, mean, spread, value in zip(
                        signals, means, spreads, centres[place], strict=True
                    )
                },
                int(counts[place]),
            )
            for name, place in zip(names, order, strict=True)
        ),
    )
    return _keep_old_names(found, before) if before else found


def _best_grouping(vectors: Floats) -> tuple[Ints, Floats]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    best: tuple[float, Ints, Floats] | None = None
    rows = np.linspace(0, len(vectors) - 1, min(len(vectors), SILHOUETTE_ROWS)).astype(np.int64)
    distinct = len(np.unique(vectors[rows], axis=0))
    for count in range(FEWEST, min(MOST, distinct - 1) + 1):
        found = KMeans(count, n_init=4, random_state=SEED).fit(vectors)
        worth = float(silhouette_score(vectors[rows], found.labels_[rows]))
        if best is None or worth > best[0]:
            best = (worth, found.labels_.astype(np.int64), found.cluster_centers_)
    if best is None:  # almost all customers are equal: one group
        return np.zeros(len(vectors), dtype=np.int64), vectors.mean(axis=0, keepdims=True)
    return best[1], best[2]


def _standardise(
    shares: Mapping[str, Floats],
    signals: tuple[str, ...],
    means: tuple[float, ...],
    spreads: tuple[float, ...],
) -> Floats:
    columns = [
        np.nan_to_num((shares[signal] - mean) / spread, nan=0.0)
        for signal, mean, spread in zip(signals, means, spreads, strict=True)
    ]
    return np.column_stack(columns)


def _name_clusters(centres: Floats, signals: tuple[str, ...]) -> list[str]:
    """Return up to two distinctive signals; the third and fourth where two names are equal."""
    names: list[str] = []
    for centre in centres:
        for words in range(2, len(signals) + 1):
            name = _describe_centre(centre, signals, words)
            if name not in names:
                break
        while name in names:
            name = f"{name} (more)"
        names.append(name)
    return names


def _describe_centre(centre: Floats, signals: tuple[str, ...], words: int) -> str:
    order = np.argsort(-np.abs(centre), kind="stable")[:words]
    telling = [place for place in order if abs(centre[place]) >= SPOKEN]
    if not telling:
        return "In the middle"
    said = [f"{'high' if centre[place] > 0 else 'low'} {signals[place]}" for place in telling]
    return ", ".join(said).capitalize()


def _keep_old_names(found: Clusters, before: Clusters) -> Clusters:
    """Assign old names to the nearest new groups, closest pairs first."""
    pairs = sorted(
        (_distance(found, new, old), place, rank)
        for place, new in enumerate(found.clusters)
        for rank, old in enumerate(before.clusters)
    )
    names: dict[int, str] = {}
    taken: set[int] = set()
    for distance, place, rank in pairs:
        if distance < STILL_THERE and place not in names and rank not in taken:
            names[place] = before.clusters[rank].name
            taken.add(rank)
    clusters = [
        msgspec.structs.replace(cluster, name=names.get(place, cluster.name))
        for place, cluster in enumerate(found.clusters)
    ]
    seen: set[str] = set(names.values())
    for place, cluster in enumerate(clusters):
        if place not in names:
            name = cluster.name
            while name in seen:
                name = f"{name} (new)"
            seen.add(name)
            clusters[place] = msgspec.structs.replace(cluster, name=name)
    return msgspec.structs.replace(found, clusters=tuple(clusters))


def _distance(found: Clusters, new: Cluster, old: Cluster) -> float:
    gaps = [
        (new.centre[signal] - old.centre.get(signal, mean)) / spread
        for signal, mean, spread in zip(found.signals, found.means, found.spreads, strict=True)
    ]
    return float(np.sqrt(np.sum(np.square(gaps))))
