"""The walk over a run's graph, by DBOS: it survives its worker, and decides nothing about money.

One step for each child; one child for each chain. Every step is a job of `jobs.py` that may be done
again: what was bought is found by the ledger, what was made by its hash.
"""

from __future__ import annotations

from typing import Any

from dbos import DBOS, SetWorkflowID, WorkflowHandleAsync, WorkflowSerializationFormat

from longtake.fleet.jobs import Jobs
from longtake.fleet.letters import Letter, written_error
from longtake.generate.ensure import failed_above

# Pinned: a run that began goes on after an upgrade. A change of the walk itself needs another one; into
# which pieces a film is cut is no part of it, what nobody was told to render is rendered at its end.
VERSION = "longtake-fleet-2"
APPLICATION = "longtake"
GRAPH, ENCODE = "graph", "encode"
POLL_S = 0.5

# The ledger bounds what is bought, not a count of recoveries.
_HOW: dict[str, Any] = {
    "max_recovery_attempts": None,
    "serialization_type": WorkflowSerializationFormat.PORTABLE,
}
_jobs: list[Jobs] = []


def serve(jobs: Jobs) -> None:
    """Have this process do the jobs of all flows."""
    _jobs[:] = [jobs]


@DBOS.workflow(name="film", **_HOW)
async def film_flow(run: str) -> str:
    """Make a film: its chains beside each other, then its pieces, then the film; gives how it ended."""
    begun = await _step("begin", _jobs[0].begin, run)
    if "error" in begun:
        return await _ended(run, {"errors": {"": begun["error"]}})
    settling = [
        await _child(left["queue"], settle_flow, left["purchase"]) for left in begun["settle"]
    ]
    chains = begun["chains"]
    names = [f"{run}-chain-{number}" for number in range(len(chains))]
    home = {link["clip"]: number for number, chain in enumerate(chains) for link in chain}
    walks = []
    for number, chain in enumerate(chains):
        above = sorted({home[need] for link in chain for need in link["needs"]} - {number})
        with SetWorkflowID(names[number]):
            walks.append(await _child(GRAPH, chain_flow, run, chain, [names[n] for n in above]))
    answers: dict[str, Letter] = {}
    for walk in walks:
        answers |= await _result(walk)
    for settled in settling:
        await _result(settled)
    outcome = _outcome(answers)
    if outcome["errors"] or outcome["offered"]:
        return await _ended(run, outcome)
    keys = {clip: take["key"] for clip, take in outcome["takes"].items()}
    return await _ended(run, outcome | await _assembled(run, keys))


@DBOS.workflow(name="chain", **_HOW)
async def chain_flow(run: str, chain: list[Letter], above: list[str]) -> dict[str, Letter]:
    """Make the clips of a chain, each after the one it continues; gives what came of each."""
    found: dict[str, Letter] = {}
    for other in above:
        handle: WorkflowHandleAsync[Any] = await DBOS.retrieve_workflow_async(other, False)
        found |= await _result(handle)
    mine: dict[str, Letter] = {}
    for link in chain:
        clip, needs = link["clip"], link["needs"]
        answer = _stopped(needs, found)
        if answer is None:
            keys = {need: found[need]["take"]["key"] for need in needs}
            answer = await _result(await _child(link["queue"], clip_flow, run, clip, keys))
        found[clip] = mine[clip] = answer
    return mine


@DBOS.workflow(name="clip", **_HOW)
async def clip_flow(run: str, clip: str, keys: dict[str, str]) -> Any:
    """Make one clip."""
    return await _step("ensure_clip", _jobs[0].clip, run, clip, keys)


@DBOS.workflow(name="settle", **_HOW)
async def settle_flow(purchase: int) -> Any:
    """Bring one paid clip home, wanted or not."""
    return await _step("settle", _jobs[0].settle, purchase)


@DBOS.workflow(name="cut", **_HOW)
async def cut_flow(run: str, keys: dict[str, str]) -> Any:
    """Find out what a film is rendered from."""
    return await _step("cut", _jobs[0].cut, run, keys)


@DBOS.workflow(name="piece", **_HOW)
async def piece_flow(run: str, keys: dict[str, str], shape: int, unit: int) -> Any:
    """Render one unit of a film."""
    return await _step("ensure_piece", _jobs[0].piece, run, keys, shape, unit)


@DBOS.workflow(name="assemble", **_HOW)
async def assemble_flow(run: str, keys: dict[str, str]) -> Any:
    """Assemble and deliver a film."""
    return await _step("ensure_film", _jobs[0].film, run, keys)


async def _assembled(run: str, keys: dict[str, str]) -> Letter:
    cut = await _result(await _child(ENCODE, cut_flow, run, keys))
    units = cut.get("units", [])
    rendering = [
        [await _child(ENCODE, piece_flow, run, keys, shape, unit) for unit in range(many)]
        for shape, many in enumerate(units)
    ]
    rendered = [
        sum([(await _result(piece)).get("frames", 0) for piece in pieces]) for pieces in rendering
    ]
    answer = await _result(await _child(ENCODE, assemble_flow, run, keys))
    if "error" in answer:
        return {"errors": {"": answer["error"]}}
    return {**answer, "rendered": rendered}


async def _ended(run: str, outcome: Letter) -> str:
    state = "failed" if outcome["errors"] else "choose" if outcome.get("offered") else "done"
    await _step("finish", _jobs[0].finish, run, state, outcome)
    return state


def _outcome(answers: dict[str, Letter]) -> Letter:
    """Sort what came of clips: takes, takes to choose from, errors, and what was not begun."""
    stopped = {clip: each for clip, each in answers.items() if each.get("stopped")}
    begun = {clip: each for clip, each in answers.items() if clip not in stopped}
    # What failed comes before what continues it: the first error is the cause.
    errors = {clip: each["error"] for clip, each in begun.items() if "error" in each}
    errors |= {clip: each["error"] for clip, each in stopped.items() if "error" in each}
    return {
        "takes": {clip: each["take"] for clip, each in answers.items() if "take" in each},
        "kept": [clip for clip, each in answers.items() if each.get("kept")],
        "offered": {clip: each["offered"] for clip, each in answers.items() if each.get("offered")},
        "held": {clip: each["held"] for clip, each in answers.items() if "held" in each},
        "errors": errors,
        "stopped": stopped,
    }


def _stopped(needs: list[str], found: dict[str, Letter]) -> Letter | None:
    """Say why a clip is not begun: what it hangs on failed, or waits for a choice."""
    for need in needs:
        above = found[need]
        if "held" in above:
            return {"held": above["held"], "stopped": True}
        if "error" in above:
            return {"error": written_error(failed_above(need)), "stopped": True}
        if "take" not in above:
            return {"held": need, "stopped": True}
    return None


async def _step(name: str, job: Any, *args: Any) -> Any:
    return await DBOS.run_step_async({"name": name}, job, *args)


async def _child(queue: str, flow: Any, *args: Any) -> WorkflowHandleAsync[Any]:
    return await DBOS.enqueue_workflow_async(queue, flow, *args)


async def _result(handle: WorkflowHandleAsync[Any]) -> Any:
    return await handle.get_result(polling_interval_sec=POLL_S)
