"""The last part of a training: all photos, those that chose and those that judged among them.

Nothing is chosen here, so nobody has to be kept out: the learning rates are those of the end of the
schedule, the number of Gaussians stays. What was said of the splat by its test photos was said
before; nobody can judge it now, which is why it is short.
"""

from dataclasses import replace

from spaceport_train.job.checkpoint import Store
from spaceport_train.job.schedule import finale_steps
from spaceport_train.job.trainer import Trainer


def take_all_in(trained: Trainer, store: Store) -> Trainer:
    """Go on from the best splat of `trained` with all photos; continues from `store`.

    Leaves the result in the trainer's engine, which the returned trainer shares.
    """
    trained.rewind()
    first = trained.candidate.steps - finale_steps(trained.candidate.steps)
    finale = Trainer(
        trained.engine,
        trained.scene,
        trained.candidate,
        trained.rng,
        store,
        photos=range(len(trained.scene.photos)),
        course=replace(trained.course, step=first, queue=[], history=[]),
        on_step=trained.on_step,
        stopping=trained.stopping,
    )
    finale.run()
    return finale
