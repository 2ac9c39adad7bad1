"""What lets a process be observed: its logs, its metrics on a port of their own, its traces."""

import prometheus_client

from shared import logs, telemetry
from shared.settings import Settings


def observe(service: str, settings: Settings) -> None:
    """Begin to log, to show metrics and to trace, as the settings say. Called once, at the start.

    The port of the metrics is for the machine or the network inside, never for the public.
    """
    logs.configure(service=service, level=settings.log_level, form=settings.log_format)
    telemetry.begin(service, settings)
    if settings.metrics_port is not None:
        prometheus_client.start_http_server(settings.metrics_port, addr=settings.host)
