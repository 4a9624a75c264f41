"""The official Python SDK against the simulator."""

import asyncio
import contextlib
import datetime
import unittest

from google.genai import errors, types

from simulator import MODEL, Simulator, answer, collect, picture, say, until, voice

PUSH_TO_TALK = {
    "response_modalities": ["AUDIO"],
    "input_audio_transcription": {},
    "output_audio_transcription": {},
    "realtime_input_config": {"automatic_activity_detection": {"disabled": True}},
}


def with_function(behavior):
    declaration = {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}},
        "behavior": behavior,
    }
    return {**PUSH_TO_TALK, "tools": [{"function_declarations": [declaration]}]}


def handle_of(message):
    update = message.session_resumption_update
    return update and update.resumable and update.new_handle


def usage_of(message):
    return message.usage_metadata


def go_away_of(message):
    return message.go_away and message.go_away.time_left


def call_of(message):
    return message.tool_call and message.tool_call.function_calls[0]


def found(look, messages):
    return [value for value in map(look, messages) if value]


class Base(unittest.IsolatedAsyncioTestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(*cls.options)

    @classmethod
    def tearDownClass(cls):
        code = cls.simulator.stop()
        assert code == 0, f"the simulator ended with {code} on SIGTERM"

    async def asyncSetUp(self):
        # Making a voice takes longer than a debugging loop likes.
        asyncio.get_running_loop().slow_callback_duration = 60

    def connect(self, config=None, model=MODEL, client=None):
        client = client or self.simulator.client()
        return client.aio.live.connect(model=model, config=config or PUSH_TO_TALK)


class Conversation(Base):
    options = ("--bad-key", "wrong-key")

    async def test_the_sample_of_the_documentation(self):
        config = {
            "response_modalities": ["AUDIO"],
            "system_instruction": "You are a helpful and friendly AI assistant.",
        }
        async with self.connect(config, "gemini-2.5-flash-native-audio-preview-09-2025") as session:
            silence = bytes(16_000 * 2)
            for pcm in silence[: len(silence) // 2], voice(16_000, 1.2), silence:
                for start in range(0, len(pcm), 1024):
                    blob = types.Blob(data=pcm[start : start + 1024], mime_type="audio/pcm")
                    await session.send_realtime_input(audio=blob)
            turn = await answer(session)
            seconds = len(turn.sound) / 2 / 24_000
            self.assertTrue(1.2 <= seconds < 2, f"{seconds} s came back")

    async def test_a_push_to_talk_turn(self):
        said = voice(24_000, 1.5)
        async with self.connect() as session:
            await say(session, said, 24_000)
            turn = await answer(session)
        self.assertEqual(turn.sound, said, "every sample comes back")
        self.assertEqual(turn.heard, " (you spoke for 1.5 s)")
        self.assertEqual(turn.spoken, " (your own voice, 1.5 s)")
        self.assertEqual(turn.usage.response_token_count, 38)

    async def test_an_answer_is_interrupted_by_a_press(self):
        async with self.connect() as session:
            await say(session, voice(16_000, 8), 16_000)
            await until(session, lambda message: message.data)
            await session.send_realtime_input(activity_start=types.ActivityStart())
            self.assertTrue((await answer(session)).interrupted)
            await session.send_realtime_input(activity_end=types.ActivityEnd())

    async def test_typed_text_and_client_content(self):
        async with self.connect({**PUSH_TO_TALK, "realtime_input_config": None}) as session:
            await session.send_realtime_input(text="hello")
            self.assertEqual((await answer(session)).spoken, " (a tone)")
            await session.send_client_content(turns={"role": "user", "parts": [{"text": "hello again"}]})
            self.assertEqual((await answer(session)).spoken, " (a tone)")

    async def test_a_picture_and_frames_of_video(self):
        red = types.Blob(data=picture(64, 48, (0xD0, 0x20, 0x20)), mime_type="image/png")
        async with self.connect({**PUSH_TO_TALK, "realtime_input_config": None}) as session:
            turn = types.Content(role="user", parts=[types.Part(inline_data=red), types.Part(text="What is this?")])
            await session.send_client_content(turns=turn)
            self.assertEqual((await answer(session)).spoken, " (a picture of 64 × 48 pixels, mostly red #d02020)")
            for _ in range(2):
                await session.send_realtime_input(video=red)
            await session.send_realtime_input(text="And this?")
            turn = await answer(session)
        self.assertEqual(turn.spoken, " (2 frames of 64 × 48 pixels, the last mostly red #d02020)")
        [images] = [count for count in turn.usage.prompt_tokens_details if count.modality == types.MediaModality.IMAGE]
        self.assertEqual(images.token_count, 3 * 258)

    async def test_a_wrong_key_is_refused_with_the_services_words(self):
        with self.assertRaisesRegex(errors.APIError, "1007 None. API key not valid. Please pass a valid API key."):
            async with self.connect(client=self.simulator.client("wrong-key")):
                pass

    async def test_an_unknown_model_is_refused_with_the_services_words(self):
        with self.assertRaisesRegex(errors.APIError, "1008 None. models/gemini-0.1-mute is not found"):
            async with self.connect(model="gemini-0.1-mute"):
                pass

    async def test_the_models_are_listed(self):
        names = [model.name async for model in await self.simulator.client().aio.models.list()]
        self.assertIn(f"models/{MODEL}", names)


class Tools(Base):
    async def call(self, session):
        await session.send_client_content(turns={"role": "user", "parts": [{"text": 'get_weather {"city": "Oslo"}'}]})
        call = await until(session, call_of)
        self.assertEqual((call.name, call.args), ("get_weather", {"city": "Oslo"}))
        return call

    async def test_a_blocking_call_is_awaited_and_its_result_spoken(self):
        async with self.connect(with_function("BLOCKING")) as session:
            call = await self.call(session)
            response = types.FunctionResponse(id=call.id, name=call.name, response={"output": "rain"})
            await session.send_tool_response(function_responses=response)
            turn = await answer(session)
        self.assertEqual(turn.spoken, ' get_weather: {"output":"rain"}')
        self.assertTrue(turn.sound)

    async def test_a_non_blocking_call_ends_its_turn_and_the_result_comes_in_its_own(self):
        async with self.connect(with_function("NON_BLOCKING")) as session:
            call = await self.call(session)
            self.assertFalse((await answer(session)).spoken, "the rest of the turn is empty")
            await say(session, voice(24_000, 0.5), 24_000)
            self.assertEqual((await answer(session)).spoken, " (your own voice, 0.5 s)")
            response = types.FunctionResponse(
                id=call.id, name=call.name, response={"output": "rain"}, scheduling="WHEN_IDLE"
            )
            await session.send_tool_response(function_responses=response)
            self.assertEqual((await answer(session)).spoken, ' get_weather: {"output":"rain"}')

    async def test_a_result_interrupts_what_is_being_said_when_it_says_so(self):
        async with self.connect(with_function("NON_BLOCKING")) as session:
            call = await self.call(session)
            await answer(session)
            await say(session, voice(16_000, 8), 16_000)
            await until(session, lambda message: message.data)
            response = types.FunctionResponse(
                id=call.id, name=call.name, response={"output": "rain"}, scheduling="INTERRUPT"
            )
            await session.send_tool_response(function_responses=response)
            self.assertTrue((await answer(session)).interrupted)
            self.assertEqual((await answer(session)).spoken, ' get_weather: {"output":"rain"}')

    async def test_a_silent_result_is_remembered_without_a_word(self):
        async with self.connect(with_function("NON_BLOCKING")) as session:
            call = await self.call(session)
            before = (await answer(session)).usage
            response = types.FunctionResponse(
                id=call.id, name=call.name, response={"output": "rain"}, scheduling="SILENT"
            )
            await session.send_tool_response(function_responses=response)
            await session.send_client_content(turns={"role": "user", "parts": [{"text": "thanks"}]})
            turn = await answer(session)
        self.assertEqual(turn.spoken, " (a tone)")
        # "thanks" is two tokens; the result is eight.
        self.assertGreaterEqual(turn.usage.prompt_token_count - before.prompt_token_count, 10)


class Resumption(Base):
    options = ("--connection-limit", "6", "--go-away", "5", "--turn-complete", "immediate")

    async def test_after_go_away_the_session_goes_on_where_it_was(self):
        said = voice(24_000, 1)
        async with self.connect({**PUSH_TO_TALK, "session_resumption": {}}) as session:
            await say(session, said, 24_000)
            # One handle comes with the session and one with the turn.
            messages = await collect(session, lambda all: len(found(handle_of, all)) == 2 and found(go_away_of, all))
        self.assertEqual(found(go_away_of, messages), ["5s"])
        [first], handle = found(usage_of, messages), found(handle_of, messages)[-1]
        async with self.connect({**PUSH_TO_TALK, "session_resumption": {"handle": handle}}) as session:
            await say(session, said, 24_000)
            second = (await answer(session)).usage
        grown = second.prompt_token_count - first.prompt_token_count
        self.assertGreaterEqual(grown, 50, "what was said and answered before is still there")

    async def test_a_handle_nobody_gave_out_is_refused(self):
        with self.assertRaisesRegex(errors.APIError, "1007 None. Invalid session handle"):
            async with self.connect({**PUSH_TO_TALK, "session_resumption": {"handle": "made-up"}}):
                pass


class Tokens(Base):
    options = ("--bad-key", "wrong-key")

    def client(self, key="any-key"):
        return self.simulator.client(key, api_version="v1alpha")

    async def create(self, **config):
        token = await self.client().aio.auth_tokens.create(config=config)
        self.assertRegex(token.name, "^auth_tokens/.{30,}$")
        return token.name

    @contextlib.asynccontextmanager
    async def constrained(self, token, config=None, model=MODEL):
        async with self.connect(config, model, self.client(token)) as session:
            yield session

    async def test_a_token_opens_one_session(self):
        ahead = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
        token = await self.create(uses=1, expire_time=ahead, new_session_expire_time=ahead)
        async with self.constrained(token) as session:
            await say(session, voice(24_000, 0.5), 24_000)
            self.assertEqual((await answer(session)).spoken, " (your own voice, 0.5 s)")
        with self.assertRaisesRegex(errors.APIError, "1011 None. Token has been used too many times"):
            async with self.constrained(token):
                pass

    async def test_a_token_locks_the_whole_setup(self):
        token = await self.create(live_connect_constraints={"model": MODEL, "config": PUSH_TO_TALK})
        async with self.constrained(token, {"response_modalities": ["AUDIO"]}, "gemini-0.1-mute") as session:
            await say(session, voice(24_000, 0.5), 24_000)
            self.assertEqual((await answer(session)).spoken, " (your own voice, 0.5 s)")

    async def test_a_token_locks_the_fields_it_has(self):
        config = {"realtime_input_config": PUSH_TO_TALK["realtime_input_config"]}
        token = await self.create(
            live_connect_constraints={"model": MODEL, "config": config}, lock_additional_fields=[]
        )
        wanted = {"response_modalities": ["AUDIO"], "output_audio_transcription": {}}
        async with self.constrained(token, wanted, "gemini-0.1-mute") as session:
            await say(session, voice(24_000, 0.5), 24_000)
            turn = await answer(session)
        self.assertEqual((turn.heard, turn.spoken), ("", " (your own voice, 0.5 s)"))

    async def test_a_bogus_token_is_refused(self):
        with self.assertRaisesRegex(errors.APIError, "1007 None. Missing or malformed auth token"):
            async with self.constrained("auth_tokens/bogus"):
                pass

    async def test_no_token_is_created_with_a_wrong_key(self):
        with self.assertRaisesRegex(errors.APIError, "API key not valid"):
            await self.client("wrong-key").aio.auth_tokens.create(config={"uses": 1})

    async def test_a_token_without_wishes(self):
        token = await self.client().aio.auth_tokens.create()
        async with self.constrained(token.name):
            pass


if __name__ == "__main__":
    unittest.main()
