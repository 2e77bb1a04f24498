"""What a plan will cost before any of it is spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from longtake.errors import PlanError
from longtake.plan.job import ClipJob, Plan, Quote, Source
from longtake.plan.speech import SpeechJob
from longtake.units import Money, take_name

Line = tuple[str, Money | None, bool]


def make_quote(
    sources: tuple[Source, ...],
    owned: frozenset[str],
    budget: str | None,
    speech: Iterable[SpeechJob] = (),
) -> Quote:
    """Price every take and voice that is not owned yet; the sum is in the currency of the first price.

    `owned` are the names of takes.
    """
    lines: list[tuple[str, Money | None, bool]] = []
    voices = tuple((job.id, job.price, job.owned) for job in speech)
    total = Money(Decimal(0), _currency(sources, voices, budget))
    unknown, lacking = [], {}
    for source in sources:
        if not isinstance(source, ClipJob):
            continue
        missing = _missing(source, owned)
        price = source.price and source.price * len(missing or source.numbers)
        lines.append((source.id, price, not missing))
        if missing:
            lacking[source.id] = missing
        if price is None and missing:
            unknown.append(source.id)
        elif price is not None and missing and price.amount:
            total = total + price
    for name, price, has_voice in voices:
        if price is None and not has_voice:
            unknown.append(name)
        elif price is not None and not has_voice and price.amount:
            total = _added(total, price, name)
    limit = Money.parse(budget) if budget else None
    return Quote(tuple(lines), total, tuple(unknown), limit, voices, lacking)


def _missing(job: ClipJob, owned: frozenset[str]) -> tuple[int, ...]:
    return tuple(n for n in job.numbers if take_name(job.recipe, n) not in owned)


def _added(total: Money, price: Money, name: str) -> Money:
    if price.currency != total.currency:
        raise PlanError(
            f'"{name}" costs {price}, all else is in {total.currency}',
            hint=f"name what voices cost in {total.currency}: LONGTAKE_SPEECH_PRICE, or a file of your own",
        )
    return total + price


def _currency(sources: tuple[Source, ...], voices: tuple[Line, ...], budget: str | None) -> str:
    prices = [source.price for source in sources if isinstance(source, ClipJob)]
    known = [price for price in (*prices, *(line[1] for line in voices)) if price and price.amount]
    if known:
        return known[0].currency
    return Money.parse(budget).currency if budget else "USD"


def with_price(plan: Plan, price: Money | None) -> Plan:
    """Give the plan with a price, named by the author, for every clip and voice that no table prices.

    Raises PlanError where its other prices are in another currency.
    """
    if price is None or not plan.quote.unknown:
        return plan
    total = plan.quote.total
    if total.amount and total.currency != price.currency:
        raise PlanError(
            f"the price is in {price.currency}, the prices of other clips are in {total.currency}",
            hint=f"name the price in {total.currency}",
        )

    voiced = _with_voices(plan, lambda job: price if job.price is None else job.price)
    return _repriced(voiced, lambda job: price if job.price is None else job.price)


def without_paid_voices(plan: Plan) -> Plan:
    """Give the plan of a film that buys no voice: it is silent where one would have to be bought."""
    nothing = Money(Decimal(0), plan.quote.total.currency)
    return _repriced(_with_voices(plan, lambda job: nothing), lambda job: job.price)


def _with_voices(plan: Plan, price_of: Callable[[SpeechJob], Money | None]) -> Plan:
    spoken = tuple(
        replace(said, job=replace(said.job, price=price_of(said.job))) if said.job else said
        for said in plan.spoken
    )
    return replace(plan, spoken=spoken)


def with_charges(plan: Plan, charges: Mapping[tuple[str, str, str, int], Money]) -> Plan:
    """Give the plan with what its providers charged last, where that is more than their tables say.

    `charges` are by provider, model, resolution and seconds.
    """

    def price_of(job: ClipJob) -> Money | None:
        provider, _, model = job.offer.partition("/")
        charge = charges.get((provider, model, job.resolution, job.seconds))
        if charge is None or job.draws:
            return job.price
        if job.price is None:
            # What was free once (a gift, a trial) is no price.
            return charge if charge.amount else None
        return max(job.price, charge) if job.price.currency == charge.currency else job.price

    return _repriced(plan, price_of) if charges else plan


def _repriced(plan: Plan, price_of: Callable[[ClipJob], Money | None]) -> Plan:
    sources = tuple(
        replace(source, price=price_of(source)) if isinstance(source, ClipJob) else source
        for source in plan.sources
    )
    by_id = {source.id: source for source in sources}
    return requoted(replace(plan, sources=sources, by_id=by_id))


def requoted(plan: Plan) -> Plan:
    """Give the plan with a quote of the sources it has now, as far as its old one knows what is owned."""
    lacking = plan.quote.lacking
    owned = frozenset(
        take_name(job.recipe, number)
        for job in plan.jobs
        for number in job.numbers
        if number not in lacking.get(job.id, ())
    )
    return quoted(plan, owned)


def quoted(plan: Plan, owned: frozenset[str]) -> Plan:
    """Give the plan with a quote of the sources it has now; `owned` are the names of takes."""
    budget = plan.quote.budget
    speech = [said.job for said in plan.spoken if said.job]
    quote = make_quote(plan.sources, owned, str(budget) if budget else None, speech)
    return replace(plan, quote=replace(quote, budget=budget))


def has_grown(before: Plan, after: Plan) -> bool:
    """Tell whether what is still to be paid for clips is more than it was: voices left out of both."""
    unknown = [
        sum(price is None and not has_take for _, price, has_take in plan.quote.lines)
        for plan in (before, after)
    ]
    return unknown[0] < unknown[1] or (
        clips_total(before.quote).amount < clips_total(after.quote).amount
    )


def clips_total(quote: Quote) -> Money:
    """Sum what is still to be paid for clips alone."""
    lacking = (price for _, price, has_take in quote.lines if price and not has_take)
    priced = (price for price in lacking if price.amount)
    return sum(priced, Money(Decimal(0), quote.total.currency))


def with_budget(plan: Plan, budget: Money | None) -> Plan:
    """Give the plan under another limit than the board's, where one is given.

    Raises PlanError for a limit in another currency than the prices.
    """
    limit, currency = budget or plan.quote.budget, plan.quote.total.currency
    if limit is not None and limit.currency != currency:
        raise PlanError(
            f"the budget is in {limit.currency}, the prices are in {currency}",
            hint=f"name the budget, and any price of your own, in one currency such as {currency}",
        )
    return plan if budget is None else replace(plan, quote=replace(plan.quote, budget=budget))
