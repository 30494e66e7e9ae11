"""Looking up from work: what has come for a role since its reaction began. From then on it counts as observed."""

from agentsh.core.ids import RoleName
from agentsh.core.messages import News
from agentsh.engine.desk import Desk
from agentsh.engine.steps import Effect, Outcome


def news_effect(desk: Desk, role: RoleName) -> Effect[News]:
    """Return the step that takes what is due for the role: its record is what the reaction sees on resume."""

    async def perform(_ordinal: int) -> Outcome[News]:
        news = News(due=tuple(desk.log.state.roles[role].due), seq=desk.log.state.seq)
        return Outcome(news, news.model_dump(mode="json"))

    return Effect("news", None, perform, News.model_validate)
