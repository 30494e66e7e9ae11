"""A goal becomes two tasks, the first brings a third, and all are summed up."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="task-loop",
    idea="Plan a walk",
    rules=[
        rule("task_maker", "Which tasks lead there", json={"tasks": ["Find a hill", "Pack a bag"]}),
        rule("task_worker", "The next task: Find a hill", reply="Near, and green."),
        rule("task_worker", "Your task: Find a hill", reply="Box Hill."),
        rule("task_maker", "call for a task", json={"new_tasks": ["Look up trains"]}, unless="t2: Pack a bag .done"),
        rule("task_maker", "call for a task", json={"new_tasks": ["pack a BAG"]}),
        rule("task_worker", "The next task: Pack", reply="Water first."),
        rule("task_worker", "Your task: Pack", reply="Water, bread."),
        rule("task_worker", "The next task: Look up", reply="On Sunday."),
        rule("task_worker", "Your task: Look up", reply="At nine."),
        rule("task_maker", "All tasks are done", reply="Take the train at nine to Box Hill."),
    ],
    published=["make_tasks", "analyse_task", "do_task", "add_tasks", "sum_up"],
    files=["result.md"],
)
