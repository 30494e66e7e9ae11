"""All systems that ship."""

from agentsh.world.life.acting import acting
from agentsh.world.life.answers import answers
from agentsh.world.life.attention import attention
from agentsh.world.life.cleanup import cleanup
from agentsh.world.life.days import days
from agentsh.world.life.experience import experience
from agentsh.world.life.goals import goals
from agentsh.world.life.habits import habits
from agentsh.world.life.manners import manners
from agentsh.world.life.mastering import mastering
from agentsh.world.life.npcs import npcs
from agentsh.world.life.perception import perception
from agentsh.world.life.planning import planning
from agentsh.world.life.reflection import reflection
from agentsh.world.life.rooms import rooms
from agentsh.world.life.thinking import thinking
from agentsh.world.life.whispers import whispers
from agentsh.world.systems import System

SYSTEMS: tuple[System, ...] = (
    answers,
    whispers,
    rooms,
    perception,
    attention,
    experience,
    thinking,
    npcs,
    habits,
    acting,
    manners,
    mastering,
    goals,
    planning,
    days,
    reflection,
    cleanup,
)
