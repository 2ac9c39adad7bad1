"""docs/webhooks.md: how events are sent, and which there are, read off the declarations."""

from datetime import timedelta

from gateway.push.dispatcher import EACH
from gateway.push.guard import PORTS
from gateway.push.schedule import PAUSES
from gateway.stream.catalogue import EVENTS, EventType

_HEAD = """\
# Events: asked for and sent

Generated from the declarations by `make docs`.

What happens is told in two streams, each numbered 1, 2, 3, … without a gap: `public`, and `own` \
of each organisation. `GET /v1/feed?stream=&after=` reads them, `GET /v1/feed/heads` says how \
many there are. Whoever holds every number up to the head has missed nothing, whatever became of \
messages.

What is told of tips has a stream for each member who can open them (`stream=tips`, scope \
`tips:receive`): late by chance, dated to the day, and never sent to an address.

## Webhooks
`POST /v1/webhooks/endpoints` names an address; messages are signed as [Standard Webhooks \
1.0](https://www.standardwebhooks.com) says, so that any of its libraries checks them. `signing: \
v1` is HMAC-SHA256 with the secret `whsec_…` that is shown once; `v1a` is Ed25519, checked with \
`public_key` (`whpk_…`), and there is no secret to keep. After `:rotate-secret` both sign for 24 \
hours.

A message is thin: `type`, `timestamp`, and in `data` ids, a link, `event`, `stream` and `seq`. \
Order is not promised, `seq` says it, and of events about one alert `version` says which is the \
last: whoever keeps the highest holds the newest. A message may come twice, under the same \
`webhook-id`.

Only 2xx within 20 seconds is success; redirects are not followed. Tries come after {pauses}, \
each a fifth more or less; `Retry-After` is honoured up to a day; 429, 502 and 504 spare the \
whole endpoint. An endpoint gets up to {each} messages at a time, one that did not answer one \
until it does; those of one organisation together never take more places of a dispatcher than \
they leave to others. After the tenth try, or after 410, the endpoint is disabled: \
`webhook.disabled` stands in the own stream and `contact` gets a letter. Enabled again (PATCH), it \
is sent all that it missed; `:replay` sends any range, `/v1/webhooks/deliveries/{{id}}:retry` one \
message. `/v1/webhooks/deliveries` lists the deliveries of 30 days, of each the last twenty tries \
with the first 1 kB of the answer.

Addresses are https, ports {ports}, of the public internet: a name is resolved once, every \
answer is checked, and the connection goes to the address that was checked. `WEBHOOK_NETWORKS` \
allows other networks, plain http too, for development; `make up` allows this machine.

## Subscriptions
`POST /v1/subscriptions` keeps a filter in the words of `GET /v1/alerts` (`what: alerts`) or `GET \
/v1/processes` (`what: processes`, event `score.changed`) and tells what fits it from then on: \
`cadence` immediate, daily or weekly, the last two as a digest at `hour` (and `weekday`) by \
Kazakhstan's clock, UTC+5, with counts and the weightiest; an empty one is not sent. \
`/v1/subscriptions:preview` shows what the last 30 days would have sent.

* `webhook`: events that fit go to the endpoint under the same `webhook-id` as its own `types` \
would send them, so that nothing goes twice; a digest is `subscription.digest` in the own stream. \
An endpoint that is to get nothing else has `types: ["subscription.digest"]`.
* `email` and `telegram`: the address is sent a code and (by letter) a link, and nothing more \
before it agrees: the link's button, or `:confirm` with the code, within three days. Every message \
has a link that ends the subscription, letters in `List-Unsubscribe` too (RFC 8058); only its \
reader can begin it again. Tries come as with webhooks; `retry_after` is honoured; an address \
that is not there, or ten tries in vain, pause the subscription (`subscription.paused`). A message \
may come twice, under the same `Message-ID` or number.

The operator sets up letters by `SMTP_URL`, `SMTP_TLS` and `MAIL_FROM`, chats by \
`TELEGRAM_TOKEN`; without them these channels are refused.

## Types
"""


def page() -> str:
    """Return the page."""
    head = _HEAD.format(
        each=EACH,
        pauses=", ".join(map(_said, PAUSES)),
        ports=" and ".join(map(str, sorted(PORTS))),
    )
    return head + "\n".join(map(_type, EVENTS.values()))


def _type(event: EventType) -> str:
    fields = "".join(f"| `{name}` | {text} |\n" for name, text in event.data.items())
    title = f"### `{event.type}` ({event.stream})\n{event.meaning.en}\n\n"
    return f"{title}| in `data` | what it is |\n|---|---|\n{fields}"


def _said(pause: timedelta) -> str:
    seconds = round(pause.total_seconds())
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
