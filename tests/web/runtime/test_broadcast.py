"""News: sent to all listeners, from any thread; a slow listener misses the oldest."""

import asyncio
import threading

from comptroller.web.runtime.broadcast import Broadcast
from comptroller.web.runtime.writer import Batch
from tests.consoles import NOW


def _batch(number):
    return Batch(NOW, ((number, None),), (), ())


def test_everybody_who_listens_is_told():
    """Two listeners get a batch from another thread, and end when the desk closes."""

    async def story():
        hub = Broadcast()
        hub.attach(asyncio.get_running_loop())

        async def listen():
            return [batch.kept[0][0] async for batch in hub.listen(5) if batch]

        tasks = [asyncio.create_task(listen()) for _ in range(2)]
        await asyncio.sleep(0.01)
        assert hub.count == 2
        thread = threading.Thread(target=hub.publish, args=(_batch(7),))
        thread.start()
        thread.join()
        await asyncio.sleep(0.01)
        hub.close()
        return await asyncio.gather(*tasks)

    assert asyncio.run(story()) == [[7], [7]]


def test_the_slow_miss_the_oldest_and_the_quiet_are_kept_awake():
    """A queue never grows without end, and a sign of life comes when nothing happens."""

    async def story():
        hub = Broadcast()
        hub.attach(asyncio.get_running_loop())
        news = hub.listen(0.01)
        assert await anext(news) is None
        for number in range(100):
            hub.publish(_batch(number))
        await asyncio.sleep(0.01)
        first = await anext(news)
        await news.aclose()
        return first.kept[0][0], hub.count

    assert asyncio.run(story()) == (36, 0)


def test_without_a_loop_news_are_only_kept():
    """Before the server runs nothing is lost and nothing fails."""
    hub = Broadcast()
    hub.publish(_batch(1))
    assert len(hub.recent) == 1
