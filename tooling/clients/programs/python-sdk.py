"""The Python SDK, as a program of its user: python-sdk.py '{"url" | "command", "era": "legacy" | "auto", "mode", "root"}'.

The steps and their names are those of journey.mjs.
"""

import asyncio
import json
import pathlib
import sys
import time

from mcp import Client, StdioServerParameters, types

MESSAGE = "héllo 世界 🎈"
LONG = "trigger-long-running-operation"
task = json.loads(sys.argv[1])
answers = {"action": "accept"}


async def elicited(context, params):
    content = {"name": "Ada"} if answers["action"] == "accept" else None
    return types.ElicitResult(action=answers["action"], content=content)


async def rooted(context):
    return types.ListRootsResult(roots=[types.Root(uri=pathlib.Path(task["root"]).as_uri(), name="work")])


async def sampled(context, params):
    content = types.TextContent(type="text", text="said the model")
    return types.CreateMessageResult(model="none", role="assistant", content=content)


def summarize(result):
    text = "\n".join(block.text for block in result.content if block.type == "text")
    structured = result.structured_content
    return {
        "types": [block.type for block in result.content],
        "length": len(text),
        "text": text[:1500],
        "bytes": [len(block.data) for block in result.content if block.type == "image"],
        "isError": bool(result.is_error),
        "structuredContent": structured if len(json.dumps(structured)) < 20_000 else None,
    }


class Journey:
    def __init__(self, client):
        self.client = client
        self.slugs = {}
        self.steps = {"searches": {}}

    async def call(self, server, tool, arguments, **options):
        if task["mode"] == "all":
            return summarize(await self.client.call_tool(f"{server}__{tool}", arguments, **options))
        if tool not in self.slugs:
            found = await self.client.call_tool("search", {"query": tool, "limit": 3})
            hits = found.structured_content["hits"]
            self.steps["searches"][tool] = [hit["backend_tool"] for hit in hits]
            fits = [hit["tool_slug"] for hit in hits if (hit["backend_tool"], hit["dcc_type"]) == (tool, server)]
            self.slugs[tool] = fits[0] if fits else tool
        arguments = {"tool_slug": self.slugs[tool], "arguments": arguments}
        return summarize(await self.client.call_tool("call", arguments, **options))

    async def step(self, name, run):
        try:
            self.steps[name] = await run
        except Exception as error:
            self.steps[name] = {"error": f"{type(error).__name__}: {error}"}

    async def with_progress(self):
        notes = []

        async def noted(progress, total, message):
            notes.append([progress, total])

        result = await self.call("everything", LONG, {"duration": 0.8, "steps": 4}, progress_callback=noted)
        return {**result, "notes": notes}

    async def cancelled(self):
        """Gives up at the first progress, when the call has certainly arrived."""
        begun = asyncio.Event()

        async def noted(progress, total, message):
            begun.set()

        begin = time.perf_counter()
        running = asyncio.create_task(
            self.call("everything", LONG, {"duration": 60, "steps": 600}, progress_callback=noted)
        )
        await asyncio.wait_for(begun.wait(), 10)
        running.cancel()
        try:
            await running
            ended = "it answered"
        except asyncio.CancelledError:
            ended = "cancelled"
        return {"ended": ended, "millis": (time.perf_counter() - begin) * 1000}

    async def tools(self):
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def resources(self):
        return [str(resource.uri) for resource in (await self.client.list_resources()).resources]

    async def resource(self):
        contents = (await self.client.read_resource(self.steps["resources"][0])).contents
        return [content.model_dump(mode="json", by_alias=True) for content in contents]

    async def prompts(self):
        return [prompt.name for prompt in (await self.client.list_prompts()).prompts]

    async def prompt(self):
        messages = (await self.client.get_prompt("everything__args-prompt", {"city": "Köln"})).messages
        return [message.model_dump(mode="json", by_alias=True, exclude_none=True) for message in messages]

    async def completion(self):
        reference = types.PromptReference(type="ref/prompt", name="everything__completable-prompt")
        completed = await self.client.complete(reference, {"name": "department", "value": "S"})
        return completed.completion.model_dump(mode="json", by_alias=True)

    async def log_level(self):
        await self.client.set_logging_level("warning")
        return {}

    async def go(self):
        ask = ("everything", "trigger-elicitation-request", {})
        await self.step("tools", self.tools())
        await self.step("echo", self.call("everything", "echo", {"message": MESSAGE}))
        await self.step("refused", self.call("everything", "get-sum", {"a": "one"}))
        await self.step("failed", self.call("files", "read_text_file", {"path": f"{task['root']}/nothing-here.txt"}))
        await self.step("image", self.call("everything", "get-tiny-image", {}))
        await self.step("large", self.call("files", "read_text_file", {"path": f"{task['root']}/large.txt"}))
        await self.step("roots", self.call("files", "list_allowed_directories", {}))
        await self.step("rootsList", self.call("everything", "get-roots-list", {}))
        await self.step("progress", self.with_progress())
        await self.step("cancelled", self.cancelled())
        await self.step("after", self.call("everything", "echo", {"message": "still here"}))
        await self.step("accepted", self.call(*ask))
        answers["action"] = "decline"
        await self.step("declined", self.call(*ask))
        await self.step("sampled", self.call("everything", "trigger-sampling-request", {"prompt": "hello", "maxTokens": 10}))
        await self.step("resources", self.resources())
        await self.step("resource", self.resource())
        await self.step("logLevel", self.log_level())
        if task["mode"] == "all":
            await self.step("prompts", self.prompts())
            await self.step("prompt", self.prompt())
            await self.step("completion", self.completion())
        return self.steps


async def main():
    command = task.get("command")
    server = StdioServerParameters(**command) if command else task["url"]
    callbacks = {"elicitation_callback": elicited, "list_roots_callback": rooted, "sampling_callback": sampled}
    async with Client(server, mode=task["era"], **callbacks) as client:
        steps = await Journey(client).go()
    print(json.dumps(steps))


asyncio.run(main())
