"""What the gateway measures beyond what every service does."""

from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.state import State


class GatewayMetrics(Collector):
    """Reads the figures off the parts when somebody asks; counting costs requests nothing."""

    def __init__(self, state: State) -> None:
        self._state = state

    def register(self) -> None:
        """Show these figures at /metrics."""
        REGISTRY.register(self)

    def unregister(self) -> None:
        """Show them no more."""
        REGISTRY.unregister(self)

    def describe(self) -> Iterator[Metric]:
        """Name no figure before it is asked for."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Show the figures of this moment."""
        state = self._state
        asked = CounterMetricFamily("gateway_memory_reads", "Looks at the memory", labels=["found"])
        asked.add_metric(["yes"], state.memory.hits)
        asked.add_metric(["no"], state.memory.misses)
        yield asked
        yield GaugeMetricFamily("gateway_memory_bytes", "Answers remembered", state.memory.size)
        yield GaugeMetricFamily("gateway_view_seq", "Last change seen", state.follower.seq)
        yield GaugeMetricFamily(
            "gateway_view_unwatched_seconds",
            "How long ago the changes were last looked at",
            state.memory.out_of_touch(),
        )
        yield GaugeMetricFamily(
            "gateway_quotas_open",
            "1 while Valkey is away and nothing is counted",
            state.quotas.open,
        )
        yield CounterMetricFamily(
            "gateway_quota_round_trips", "Journeys to Valkey", state.quotas.round_trips
        )
