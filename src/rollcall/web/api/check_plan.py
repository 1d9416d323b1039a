"""The check plan of a media: presence asked for by itself."""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import check_plans as actions
from rollcall.domain.checks.plan import Plan
from rollcall.store.check_plans import StoredPlan
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.wire.api.check_plan import PlanBody, PlanOut
from rollcall.wire.api.values import rfc3339

SCOPE = {"scope": "control"}


@put("/media/{code:str}/check-plan", opt=SCOPE, summary="Set the check plan")
async def put_plan(code: FromPath[str], data: JSONBody[PlanBody], deps: Given, caller: Known) -> PlanOut:
    """Let the plan run in place of the one before; another plan draws its moments anew."""
    plan = Plan(
        data.every_min, data.every_s, data.lifetime_s, data.sound, data.per_participant, data.per_session
    )
    now_ms = deps.clock.now_ms()
    return _shown(await actions.put_plan(deps.db, caller.project_no, code, plan, caller.actor, now_ms))


@get("/media/{code:str}/check-plan", opt=SCOPE, summary="The check plan")
async def get_plan(code: FromPath[str], deps: Given, caller: Known) -> PlanOut:
    """Return the plan as set; the moments that it has drawn are told to nobody."""
    return _shown(await actions.get_plan(deps.db, caller.project_no, code))


@delete("/media/{code:str}/check-plan", opt=SCOPE, summary="Remove the check plan")
async def delete_plan(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Ask nobody any more; checks that were issued stay."""
    await actions.delete_plan(deps.db, caller.project_no, code, caller.actor, deps.clock.now_ms())


@post("/media/{code:str}/check-plan/pause", opt=SCOPE, summary="Pause the check plan", status_code=200)
async def pause_plan(code: FromPath[str], deps: Given, caller: Known) -> PlanOut:
    """Issue nothing until resumed."""
    now_ms = deps.clock.now_ms()
    return _shown(await actions.set_paused(deps.db, caller.project_no, code, True, caller.actor, now_ms))


@post("/media/{code:str}/check-plan/resume", opt=SCOPE, summary="Resume the check plan", status_code=200)
async def resume_plan(code: FromPath[str], deps: Given, caller: Known) -> PlanOut:
    """Go on; moments are drawn anew, so nobody is asked at once."""
    now_ms = deps.clock.now_ms()
    return _shown(await actions.set_paused(deps.db, caller.project_no, code, False, caller.actor, now_ms))


def _shown(stored: StoredPlan) -> PlanOut:
    plan = stored.plan
    return PlanOut(
        every_min=UNSET if plan.every_min is None else plan.every_min,
        every_s=UNSET if plan.every_s is None else plan.every_s,
        lifetime_s=plan.lifetime_s,
        sound=plan.sound,
        per_participant=plan.per_participant,
        per_session=plan.per_session,
        paused=stored.paused,
        created_at=rfc3339(stored.created_ms),
        updated_at=rfc3339(stored.updated_ms),
    )


handlers = [put_plan, get_plan, delete_plan, pause_plan, resume_plan]
