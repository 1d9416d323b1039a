"""The handlers of API v1: a module per noun, each exporting `handlers`; `web/app.py` collects them by itself.

How a handler is written:

    @get("/media/{code:str}/sessions", opt={"scope": "control"}, summary="Sessions of a media")
    async def list_sessions(
        code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[SessionOut]:

* **Path** without `/api/v1`; its parameters are `FromPath[str]`. A `code` may be any text: look it up and raise
  `NotFound`. A User ID comes in with `%2F` for a slash: read it with `web.paths.user_id(text)`, which also refuses
  what is no User ID.
* **Scope** `opt={"scope": …}` is required: access, control, statistics, personal, media or admin. The caller has been
  let in before the body is read. What only a parameter asks: `caller.need("personal")`.
* **Project**: pass `caller.project_no` first to every query; another project's object is simply not found.
* **Deps** `deps: Given`, **caller** `caller: Known`, the request itself `request: StrictRequest`.
* **Body** `data: JSONBody[SomeStruct]`, a subclass of `wire.api.values.In` (unknown fields refused), in
  `wire/api/<noun>.py`. It is decoded strictly; bound every text, number and list with `Meta`. "Left out" in a PATCH
  is `UNSET`. No body parameter = no body needed. Other types than JSON: take `request`, read `await request.body()`,
  and name the shape for the description as `opt={"body": …, "kinds": (…)}`.
* **Times** in: field type `Moment`, then `moment_ms(value, "$.starts_at")`; out: type `MomentOut`, `rfc3339(ms)`.
* **Query** parameters are the remaining parameters of the function; any other is refused (also when repeated).
* **Paging**: `Limit`, `Cursor`, `Page[T]`, read `limit + 1` rows with `no > after(cursor)`, then `page(...)`.
* **Idempotency-Key** works for every POST by itself; an upload says `opt={"idempotency": False}`.
* **Refusals**: raise classes of `domain.errors`, never a status. Answers: return a Struct; POST is 201, DELETE 204.
  Another status: `status_code=200`, or return `Response(struct, status_code=…)`.
"""
