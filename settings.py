"""Every knob of the toolkit: edit a default here, or override it on the command line.

`python gan_train.py --help` lists the options, `python settings.py` the tables of docs/settings.md.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import (
    AliasChoices,
    Field,
    ModelWrapValidatorHandler,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    CliImplicitFlag,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

CleaningRule = Literal[
    "duplicates", "sentinel", "pitch", "range", "spike", "stuck", "negative_power", "curtailment"
]
CLEANING_RULES = get_args(CleaningRule)
NoiseKind = Literal["copula", "coloured", "normal", "uniform"]
ScalerKind = Literal["minmax", "robust", "standard"]
ReportKind = Literal["none", "quick", "full"]
LearningRate = Annotated[float, Field(gt=0, le=1)]


class ProgramSettings(BaseSettings):
    """What both programs share."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        protected_namespaces=(),
        cli_prog_name="gan_train.py",
        cli_exit_on_error=False,
        cli_hide_none_type=True,
    )

    result_dir: str = Field(
        "TimeGan_Result",
        min_length=1,
        validation_alias=AliasChoices("result_dir", "log_dir", "model_dir"),
        description="Folder that holds the run folders, each a log's and a model's; document 000 "
        "calls it `log_dir` and `model_dir`.",
    )
    seed: int = Field(
        0, ge=0, lt=2**31, description="Same seed, same run; on a CPU to the last bit."
    )
    gpu_memory_limit: PositiveInt | None = Field(
        None,
        description="GPU memory cap in MiB; None lets TensorFlow grow as needed.",
        examples=[4096],
    )
    device: Literal["cpu", "cuda"] | None = Field(
        None, description="What to compute on; None takes a GPU where there is one."
    )

    language: Literal["en", "ko"] = Field(
        "en",
        exclude=True,  # a run's settings tell what was trained, not how it is told
        description="Language of the pages that are written, English or Korean; also of these "
        "tables, `python settings.py --language ko`.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _backslashes_make_no_letters(cls, value: object) -> object:
        if isinstance(value, str) and re.search(r"[\x00-\x1f]", value):
            raise ValueError(
                "a tab or another control letter is in it, as \\ makes them in quotes: write / in "
                "paths"
            )
        return value

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _remember_what_was_given(cls, given: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        settings = build(given)
        settings._origins = dict.fromkeys(given if isinstance(given, dict) else (), "given")
        return settings

    @property
    def origins(self) -> dict[str, str]:
        """Where the values come from that do not stand in settings.py: setting -> origin."""
        return dict(self._origins)

    def with_origins(self, origins: dict[str, str]) -> Self:
        """The same settings, with `origins` remembered in place of their own."""
        settings = self.model_copy()
        settings._origins = dict(origins)
        return settings

    def completed(self, **values: Any) -> Self:
        """The settings with `values` that the data have decided."""
        settings = self.model_copy(update=values)
        changed = {name for name, value in values.items() if value != getattr(self, name)}
        settings._origins = self._origins | dict.fromkeys(changed, "from the data")
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # Environment variables are left out: a shell's SEED or LOCATION must not change a run.
        return (init_settings,)


class TrainingSettings(ProgramSettings):
    """How a run is trained, logged and resumed: common to every family."""

    batch_size: PositiveInt = Field(128, description="Windows per step.")
    log_interval: PositiveInt = Field(100, description="Steps between two log lines.")
    checkpoint_interval: PositiveInt = Field(500, description="Steps between two checkpoints.")
    on_nan: Literal["stop", "rollback"] = Field(
        "stop", description="A diverging loss ends the run, or goes back and halves `lr`."
    )
    resume: str | None = Field(
        None,
        description="Go on with the run of this name, with its own settings; the newest "
        "unfinished one where no name follows. Beside it count `data_path`, where the same records "
        "lie elsewhere now, `device`, `gpu_memory_limit` and `check_only`.",
        examples=["TimeGan_Result/experiment_03"],
    )
    check_only: CliImplicitFlag[bool] = Field(
        False, description="Print the data report and stop before training."
    )


class DataSettings(ProgramSettings):
    """The records and their cleaning: common to every family that learns from a site's series."""

    data_path: str = Field(
        "data",
        min_length=1,
        description="CSV or Parquet file, or a folder of them; where the default folder does not "
        "exist, the bundled sample is made and used.",
    )
    gen_name: str | None = Field(
        None,
        description="Keep only the turbine of this name; None keeps them all, each apart.",
        examples=["WT01"],
    )
    location: str = Field(
        "westsouth",
        description="Site entry that names the columns, units and limits, or a file of one, "
        "`my_farm.toml`.",
    )
    columns: tuple[str, ...] | None = Field(
        None,
        description="Columns to take as variables, by name; None takes all of the site's.",
        examples=["WindSpeed,ActivePower"],
    )
    angles: tuple[str, ...] | None = Field(
        None,
        description="Columns that are directions in degrees, averaged on the circle; None guesses "
        "them where the site does not say, `none` is none.",
        examples=["WindD1,WindD2"],
    )
    write_site: str | None = Field(
        None,
        pattern=r"(?i).\.toml$",
        description="New file to draft a site entry into, of what was found in the records.",
        examples=["my_farm.toml"],
    )
    freq: str | None = Field(
        "10T",
        pattern=r"^\d*\s*[A-Za-z]+$",
        description="Resampling step: `10T`, `10min`, `1H`; `none` keeps the records' own.",
    )
    date_format: str | None = Field(
        None,
        pattern="^(DMY|MDY|YMD|.*%.*)$",
        description="How the records write dates where that cannot be told: `DMY`, `MDY` or `YMD`, "
        "or the whole format, such as `%d.%m.%Y %H:%M`.",
        examples=["DMY"],
    )
    date_start: str | None = Field(
        None, description="First time stamp kept.", examples=["2021-01-01"]
    )
    date_end: str | None = Field(None, description="Last time stamp kept.", examples=["2021-12-31"])
    n_seq: PositiveInt | None = Field(
        None,
        description="Number of variables, checked against the data; None takes the data's.",
        examples=[9],
    )
    cleaning_rules: tuple[CleaningRule, ...] = Field(
        ("duplicates", "sentinel", "pitch", "range", "spike", "stuck", "negative_power"),
        description="Rules applied to the records, always in the order "
        "duplicates, sentinel, pitch, range, spike, stuck, negative_power, curtailment.",
    )
    stuck_steps: int = Field(
        6,
        ge=2,
        description="A sensor that repeats one value for this many records, and as many minutes, "
        "is blanked.",
    )
    min_fraction: float = Field(
        0.5, ge=0, le=1, description="Least share of a resampled bin's records that must be there."
    )
    keep_aliased_angles: CliImplicitFlag[bool] = Field(
        False, description="Train on positions sampled too slowly to mean anything."
    )

    @field_validator("freq", mode="before")
    @classmethod
    def _none_is_a_word(cls, freq: object) -> object:
        return None if str(freq).lower() == "none" else freq

    @field_validator("angles")
    @classmethod
    def _none_of_them(cls, angles: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return () if angles == ("none",) else angles


class TimeGANSettings(TrainingSettings, DataSettings):
    """TimeGAN: `python gan_train.py`."""

    scaler: ScalerKind | Literal["relative"] = Field(
        "minmax",
        description="Scaling of each feature: `minmax` to 0...1, `robust` all but the outermost "
        "2 % to 0...1, `standard` to mean 0 and deviation 1; `relative` is `minmax`, but of a "
        "feature that others nearly give the networks learn what these leave, and far readings "
        "are drawn in.",
    )

    # Document 000's own, in its order.
    sel_rnn: Literal["LSTM", "GRU"] = Field("LSTM", description="Recurrent layer of all networks.")
    batchnorm: CliImplicitFlag[bool] = Field(
        True, description="Batch normalisation between the layers of embedder and generator."
    )
    hidden_dim: PositiveInt | Literal["auto"] = Field(
        64,
        description="Units per recurrent layer, and latent width; `auto` takes four per feature, "
        "256 at most.",
    )
    num_layers: PositiveInt = Field(3, description="Recurrent layers per network.")
    seq_len: int = Field(24, ge=2, description="Steps per window.")
    train_step: PositiveInt = Field(10000, description="Training steps of each phase.")
    gamma: float = Field(
        0.85, ge=0, description="The discriminator learns only while its loss is at least this."
    )
    lr: float = Field(
        0.001, gt=0, le=1, description="Adam's learning rate; document 000 trains with 0.0002."
    )
    beta: float = Field(0.9, ge=0, lt=1, description="Adam's beta_1; document 000 trains with 0.5.")
    beta_2: float = Field(0.999, ge=0, lt=1, description="Adam's beta_2.")

    # Where it is trained.
    strategy: Literal["none", "mirrored", "multiworker"] = Field(
        "none",
        description="How a batch is shared out: `mirrored` over the GPUs of this machine, "
        "`multiworker` over the processes that TF_CONFIG names, each started with the same "
        "command.",
    )

    # Where the values come from that nobody has given or edited.
    preset: Literal["document", "paper", "best"] = Field(
        "document",
        description="Where the values come from that are neither given nor edited: `document`, the "
        "paper's method with document 000's settings; `paper`, the authors' code; `best`, a "
        "TimeGAN that refines draws of a copula, which scores best.",
    )

    # How long, and how the steps are made.
    autoencoder_steps: PositiveInt | None = Field(
        None, description="Steps of the first phase; None takes `train_step`.", examples=[5000]
    )
    supervised_steps: PositiveInt | None = Field(
        None, description="Steps of the second phase; None takes `train_step`.", examples=[5000]
    )
    joint_steps: PositiveInt | None = Field(
        None, description="Steps of the third phase; None takes `train_step`.", examples=[20000]
    )
    plateau: NonNegativeInt = Field(
        0,
        description="The first two phases end once their loss has not reached a new low for so "
        "many log lines, and leave their steps to the third; 0 trains them to the end.",
    )
    lr_decay: float = Field(
        0.0, ge=0, le=1, description="Last share of the third phase over which `lr` falls to zero."
    )
    generator_updates: PositiveInt = Field(
        2, description="Updates of generator and embedder per update of the discriminator."
    )
    clip_norm: PositiveFloat | None = Field(
        None,
        description="Longest gradient of an update, over all its weights; None is no limit.",
        examples=[1.0],
    )
    ema: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Windows are drawn from a running mean of the weights that keeps this much of "
        "itself per step; 0 draws them from the last weights.",
    )

    # What windows are made of, and what the generator minds.
    noise: NoiseKind = Field(
        "uniform",
        description="What the generator makes windows of: `uniform` or `normal`, new at every "
        "step; `coloured`, normal with memories from none to many windows; or draws from a "
        "Gaussian `copula` of the training windows, as whose copy the generator then begins.",
    )
    z_dim: PositiveInt | None = Field(
        None,
        description="Width of the noise, any but `copula`; None is as wide as the features.",
        examples=[16],
    )
    correlation_weight: NonNegativeFloat = Field(
        0.0, description="Weight of the correlations between columns in the generator's loss."
    )
    critic_weight: NonNegativeFloat = Field(
        0.0,
        description="Weight, in the generator's loss, of a critic that sees windows and their "
        "steps from row to row; 0 has none.",
    )

    # What is learnt from and kept of it, and how windows are written.
    condition: tuple[str, ...] = Field(
        (),
        description="What every row is made for, so that the generator can be asked for it: "
        "`turbine`, `hour` (the time of day), `month` (the day of the year), or a column's name, "
        "which is then given and not made.",
        examples=["turbine,hour,month"],
    )
    drop_anomalies: str | None = Field(
        None,
        description="Run of a detector on these records: the stretches it flags are left out.",
        examples=["TimeGan_Result/experiment_02"],
    )
    max_gap: NonNegativeInt = Field(
        0,
        description="Longest gap, in rows of one column, that a window may hold: it is bridged, "
        "and the losses do not ask what lay in it. 0 takes windows without a missing value.",
    )
    heldout: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of the records, in blocks of time, that is never trained on; "
        "`keep_best` and the report judge by it.",
    )
    keep_best: CliImplicitFlag[bool] = Field(
        False,
        description="End with the weights of the log line whose windows lay nearest to the "
        "records', copies ruled out; not with the last. A simpler chain of networks that lies "
        "nearer still makes the windows.",
    )
    quantile_mapping: CliImplicitFlag[bool] = Field(
        False,
        description="Map each generated column onto the training distribution; ranks, and so the "
        "order in time, stay as the model made them.",
    )
    standstill: CliImplicitFlag[bool] = Field(
        False,
        description="Hold a column that the records leave still for a tenth of the time or more, "
        "such as a yaw, until it has moved by more than a band that makes it still as often.",
    )
    warm_up: NonNegativeInt = Field(
        0,
        description="Rows drawn before each window and cut off, in which the recurrent networks "
        "settle.",
    )
    atoms: CliImplicitFlag[bool] = Field(
        False,
        description="Give synthetic power near a value that the records keep coming back to (0 kW, "
        "rated power) that value.",
    )
    report: ReportKind = Field(
        "quick",
        description="Fidelity report at the end: `quick` takes seconds, `full` adds the scores "
        "that train judges, many minutes.",
    )

    @model_validator(mode="wrap")
    @classmethod
    def _fill_in_preset(cls, given: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(given, dict):
            return build(given)
        # As text: a settings file that somebody changed may hold anything under that name.
        preset = str(given.get("preset", cls.model_fields["preset"].default))
        chosen = {
            name: choice.value
            for name, choice in PRESETS.get(preset, {}).items()
            if cls.model_fields[name].default == PRESETS["document"][name].value
        }
        settings = build(chosen | given)
        settings._origins = dict.fromkeys(chosen, f"preset {preset}") | dict.fromkeys(
            given, "given"
        )
        return settings

    @field_validator("z_dim")
    @classmethod
    def _copula_has_its_own_width(cls, z_dim: int | None, others: ValidationInfo) -> int | None:
        if z_dim is not None and others.data.get("noise") == "copula":
            raise ValueError(
                "the copula is as wide as the features: leave it out, or take another "
                "kind such as `--noise coloured`"
            )
        return z_dim


class ForecasterSettings(TrainingSettings, DataSettings):
    """The forecaster of documents 001 and 004: `python gan_train.py forecaster`."""

    model_config = SettingsConfigDict(cli_prog_name="gan_train.py forecaster")

    freq: str | None = Field(
        None,
        pattern=r"^\d*\s*[A-Za-z]+$",
        description="Resampling step: `10T`, `10min`, `1H`; `none` keeps the records' own.",
        examples=["1H"],
    )
    scaler: ScalerKind = Field(
        "standard", description="Scaling of each input, fitted on the training part alone."
    )
    target: str | None = Field(
        None,
        description="Variable to forecast; None is the site's power, else the last variable.",
        examples=["ActivePower"],
    )
    window_size: int = Field(30, ge=2, description="Steps the forecaster looks at.")
    horizon: PositiveInt = Field(1, description="Steps it looks ahead, all forecast at once.")
    split: float = Field(
        0.9274,
        gt=0,
        description="Training part, oldest first: a share below 1, rows from 1 on; the default "
        "cuts document 001's 3235 months at 3000.",
    )
    batch_size: PositiveInt = Field(32, description="Windows per step.")
    shuffle_buffer: PositiveInt = Field(
        1000, description="Windows to draw the next one from; 1 leaves them in time order."
    )
    epochs: PositiveInt = Field(100, description="Passes over the training windows, at most.")
    train_step: PositiveInt = Field(10000, description="Training steps, at most.")
    optimizer: Literal["sgd", "adam"] = Field("sgd", description="How the weights are moved.")
    lr: float = Field(
        0.0001,
        gt=0,
        le=1,
        description="Learning rate, for SGD and targets of about 100; take 0.00001 for power in "
        "kW, and 0.001 for Adam.",
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of SGD, and Adam's beta_1.")


class TadGANSettings(TrainingSettings, DataSettings):
    """TadGAN, the detector of document 002: `python gan_train.py tadgan`."""

    model_config = SettingsConfigDict(cli_prog_name="gan_train.py tadgan")

    scaler: ScalerKind = Field(
        "minmax",
        description="Scaling of each feature: `minmax` to 0...1, `robust` all but the outermost "
        "2 % to 0...1, `standard` to mean 0 and deviation 1.",
    )
    seq_len: int = Field(100, ge=17, description="Steps per window.")
    latent_dim: PositiveInt = Field(20, description="Width of the latent that a window becomes.")
    batch_size: PositiveInt = Field(64, description="Windows per step.")
    epochs: PositiveInt = Field(35, description="Passes over the training windows, at most.")
    train_step: PositiveInt = Field(
        2000,
        description="Training steps, at most; a step is `n_critic` updates of both critics, one of "
        "the encoder and one of the generator.",
    )
    reconstruction_steps: NonNegativeInt = Field(
        0,
        description="How many of these steps, the first, move the encoder and the generator alone, "
        "by the reconstruction.",
    )
    reconstruction_lr: LearningRate = Field(
        0.002, description="Learning rate of those first steps, which falls to zero at their end."
    )
    n_critic: PositiveInt = Field(5, description="Updates of the critics per training step.")
    penalty: Literal["gradient", "orion", "document"] = Field(
        "gradient",
        description="What holds the critics' slope: the paper's `gradient` penalty, the same as "
        "`orion` takes it, without dropout, or the `document`'s norm of the critics' values.",
    )
    reconstruction_weight: PositiveFloat = Field(
        10.0,
        description="Weight of the mean squared error in the encoder's and the generator's loss; "
        "take 1000 where many variables are reconstructed at once.",
    )
    generator_dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of inputs that the generator's layers leave out; Orion's 0.2 leaves out "
        "whole latents, as its first layer has one input.",
    )
    critic_x_lr: LearningRate = Field(0.0005, description="Learning rate of the windows' critic.")
    critic_z_lr: LearningRate = Field(0.0005, description="Learning rate of the latents' critic.")
    encoder_lr: LearningRate = Field(0.0005, description="Learning rate of the encoder.")
    generator_lr: LearningRate = Field(0.0005, description="Learning rate of the generator.")


class ImageGANSettings(TrainingSettings):
    """The conditional image GAN of document 003: `python gan_train.py imagegan`."""

    model_config = SettingsConfigDict(cli_prog_name="gan_train.py imagegan")

    # Document 003's own, in its order.
    data_path: str | None = Field(
        None,
        min_length=1,
        description="Folder of PNG images, their labels in their names, d1.4_m2.14_0007.png, or in "
        "its labels.csv (file, durability, mass); None makes and takes the bundled sample.",
        examples=["my_images"],
    )
    datashape: Literal["original", "dropempty"] = Field(
        "dropempty", description="Images as they are, or without the columns that are always black."
    )
    gan_model: Literal["infogan", "vanila"] = Field(
        "vanila", description="With codes that the generator must make readable, or without."
    )
    loss_mode: Literal["vanila", "wgan", "wgangp", "r3gan"] = Field(
        "wgangp",
        description="Cross-entropy, Wasserstein with clipped weights or with a gradient penalty; "
        "`r3gan` judges images in pairs and is not the document's.",
    )
    gen_mode: Literal["vanila", "selfattention"] = Field(
        "vanila", description="Generator of dense layers (MLP) or of self-attention."
    )
    disc_mode: Literal["vanila", "selfattention"] = Field(
        "vanila", description="Discriminator of dense layers (MLP) or of self-attention."
    )
    log_path: str | None = Field(
        None,
        min_length=1,
        description="Folder of log_summary and tensorboard_records; None is the run folder.",
        examples=["logs"],
    )
    output_path: str | None = Field(
        None,
        min_length=1,
        description="Folder of fake, real and a copy of the model after training; None is "
        "`output` in the run folder, without the copy.",
        examples=["made"],
    )
    learning_rate_gen: float = Field(
        0.0002, gt=0, le=1, description="Learning rate of the generator."
    )
    learning_rate_disc: float = Field(
        0.0002, gt=0, le=1, description="Learning rate of the discriminator."
    )
    zdim: PositiveInt = Field(100, description="Width of the noise.")
    height: PositiveInt = Field(10, description="Rows of an image; the data's unless given.")
    width: PositiveInt = Field(
        14, description="Columns of an image, without dropped ones; the data's unless given."
    )
    input_dim: PositiveInt = Field(
        420, description="Numbers of an image, 3 * height * width; the data's unless given."
    )
    hidden_dim: PositiveInt = Field(256, description="Units of a dense layer.")
    output_dim: PositiveInt = Field(1, description="Logits of the discriminator, averaged.")
    embed_dim: PositiveInt = Field(32, description="Width of a token of self-attention.")
    num_heads: PositiveInt = Field(2, description="Heads that share `embed_dim` among them.")
    optimizer: Literal["adam", "adamw", "rmsprop"] = Field(
        "adamw", description="How generator and discriminator are moved."
    )
    weight_clip: PositiveFloat = Field(
        0.01, description="With `wgan`, the largest weight of the discriminator."
    )
    batch_size: PositiveInt = Field(512, description="Images per step.")
    epochs: PositiveInt = Field(
        100, description="An epoch has as many generator steps as the images make batches."
    )
    constraint_lambda: NonNegativeFloat = Field(
        10.0, description="Weight of the two fixed pixels in the generator's loss."
    )
    lambda_gp: NonNegativeFloat = Field(
        10.0, description="Weight of the gradient penalty, with `wgangp` and `r3gan`."
    )
    critic_iter: PositiveInt = Field(
        5, description="With `wgan` and `wgangp`, discriminator steps per generator step."
    )
    opt_beta1: float = Field(0.0, ge=0, lt=1, description="First beta of Adam and AdamW.")
    opt_beta2: float = Field(0.9, ge=0, lt=1, description="Second beta of Adam and AdamW.")

    # Ours.
    fixed_pixels: tuple[NonNegativeInt, NonNegativeInt, NonNegativeInt, NonNegativeInt] | None = (
        Field(
            None,
            description="Row and column of the first fixed pixel, then of the second, counted from "
            "0 in the original image; None is the sample's.",
            examples=[(2, 5, 7, 22)],
        )
    )
    fixed_input: CliImplicitFlag[bool] = Field(
        True,
        description="Give the fixed pixels' values to the networks; the document does so for "
        "`vanila` of dense layers alone.",
    )
    condition_lambda: NonNegativeFloat = Field(
        1.0,
        description="Weight of durability and mass, as a network trained on real images reads "
        "them, in the generator's loss; 0 leaves them to the discriminator.",
    )
    lr_decay: float = Field(
        0.0, ge=0, le=1, description="Last share of the steps over which all rates fall to zero."
    )
    tokens: Literal["column", "pixel"] = Field(
        "column", description="What self-attention looks at: columns, or pixels, far slower."
    )
    info_categories: int = Field(3, ge=2, description="Values of `infogan`'s categorical code.")
    info_continuous: NonNegativeInt = Field(1, description="Continuous codes of `infogan`.")
    info_lambda: NonNegativeFloat = Field(
        1.0, description="Weight of how well `infogan`'s codes can be read from an image."
    )

    @field_validator("gan_model", "loss_mode", "gen_mode", "disc_mode", mode="before")
    @classmethod
    def _spell_as_the_document(cls, word: object) -> object:
        return "vanila" if word == "vanilla" else word

    @field_validator("num_heads")
    @classmethod
    def _heads_share_the_embedding(cls, num_heads: int, others: ValidationInfo) -> int:
        embed_dim = others.data.get("embed_dim")
        if embed_dim is not None and embed_dim % num_heads:
            raise ValueError(f"must divide `embed_dim`, {embed_dim}")
        return num_heads


Shade = Annotated[int, Field(ge=0, le=255)]


class GeneratorSettings(ProgramSettings):
    """Writing a run's output: `python gan_generator.py`. Sizes and columns come from the run."""

    model_config = SettingsConfigDict(cli_prog_name="gan_generator.py")

    run: str | None = Field(
        None,
        min_length=1,
        description="Run folder, `TimeGan_Result/experiment_NN`; None is the newest finished.",
        examples=["TimeGan_Result/experiment_03"],
    )
    model_path: str | None = Field(
        None,
        description="The model file itself; given without `run`, the run is the one it lies in.",
        examples=["TimeGan_Result/experiment_03_model/model.keras"],
    )
    scale_path: str | None = Field(
        None,
        description="The scaler file itself; given without `run`, the run is the one it lies in.",
        examples=["TimeGan_Result/experiment_03_model/scale.pickle"],
    )
    output: str | None = Field(
        None,
        description="Folder to write into, or the file itself; None is the folder of the programs.",
        examples=["made.csv"],
    )
    format: Literal["csv", "parquet"] | None = Field(
        None,
        description="Format of what is written; None is that of the name of `output`, else csv.",
        examples=["parquet"],
    )
    n_windows: PositiveInt = Field(1440, description="Windows to write.")
    length: PositiveInt | None = Field(
        None,
        description="Write one seamless series of this many rows in place of windows; for a "
        "forecaster, the steps ahead of the last record.",
        examples=[52560],
    )
    turbine: str | None = Field(
        None,
        min_length=1,
        description="Turbine to make records of, by its name; needs a run with `turbine` in its "
        "`condition`. None draws turbines as they occurred, and a series of the first.",
        examples=["WT02"],
    )
    start: str | None = Field(
        None,
        min_length=1,
        description="First time stamp of a series (`length`), whose day and year it then follows; "
        "needs a run with `hour` or `month` in its `condition`. None is the records' first.",
        examples=["2024-06-01"],
    )
    given: str | None = Field(
        None,
        min_length=1,
        description="File of one series of the columns that were the run's `condition`, in the "
        "format of its site: the other columns are made for it, row by row.",
        examples=["wind.csv"],
    )
    stamps: CliImplicitFlag[bool] = Field(
        False,
        description="Count the rows of windows by a `DateTime` that runs on from the records' "
        "first, as version 0.2 did; not the time of day that a window shows. A series "
        "(`length`) has its times anyway.",
    )
    with_gaps: CliImplicitFlag[bool] = Field(
        False,
        description="Leave cells of TimeGAN's table empty as the records' were, column by column "
        "and as long; the report judges the windows without gaps.",
    )
    data_path: str | None = Field(
        None,
        description="Other records, in the format of the run's site, for a detector to search; for "
        "a report of TimeGAN, where the records of the training lie now. None takes those of the "
        "training, where they were.",
        examples=["my_records"],
    )
    error: Literal["whitened", "point", "area", "dtw"] = Field(
        "whitened",
        description="How a detector compares a series with its reconstruction: by what of each "
        "variable's error the others' do not explain, step by step, by areas, or warped in time.",
    )
    score_window: int = Field(
        24,
        ge=2,
        description="Steps that `area` and `dtw` compare at once, Orion's are 10, and that "
        "`whitened` takes the median of: a fault must last half as long.",
    )
    threshold: PositiveFloat = Field(
        9.0,
        description="Robust deviations above which a `whitened` error is an anomaly; the others "
        "have Orion's sliding threshold.",
    )
    combination: Literal["mult", "sum", "rec"] = Field(
        "mult",
        description="What a detector scores by, of the errors of the document: critic times "
        "reconstruction, their mean, or the reconstruction alone.",
    )
    padding: NonNegativeInt = Field(
        5, description="Steps a finding is drawn out to either side; Orion has 50."
    )
    known: str | None = Field(
        None,
        description="CSV of known faults (turbine, start, end) to hold a detector's findings "
        "against.",
        examples=["known_faults.csv"],
    )
    report: ReportKind = Field(
        "none",
        description="Fidelity report into the run folder: `quick`, also where no word follows, or "
        "`full` with the scores that train judges, many minutes.",
    )
    export_for: Literal["qa"] | None = Field(
        None,
        description="Write training, held-out and synthetic windows for other judges, mostlyai-qa "
        "and sdmetrics, into the folder `qa` of the run.",
        examples=["qa"],
    )

    # Images alone; the names are document 003's.
    num_gen_image: PositiveInt = Field(50, description="Images to write.")
    durability: float | None = Field(
        None, description="Durability of the images, 1.0 to 1.9.", examples=[1.4]
    )
    mass: float | None = Field(
        None, description="Mass of the images, 2.13 to 2.24.", examples=[2.14]
    )
    strut1: tuple[Shade, Shade, Shade] = Field(
        (0, 0, 0), description="Red, green and blue of the first fixed pixel, 0 to 255 each."
    )
    strut2: tuple[Shade, Shade, Shade] = Field(
        (0, 0, 0), description="Red, green and blue of the second fixed pixel, 0 to 255 each."
    )
    gen_img_path: str | None = Field(
        None,
        min_length=1,
        description="Folder to write images to; None is a new `ImageGan_...` in `output`.",
        examples=["made_images"],
    )
    grid: CliImplicitFlag[bool] = Field(
        False, description="Draw one sheet of every durability with every mass in place of images."
    )


class Choice(NamedTuple):
    """What a preset takes for a setting, and why."""

    value: Any
    reason: str


# `document` repeats the defaults above as they came: a default that differs from its choice has
# been edited, and counts before any preset. To take document 000's value of one setting under
# another preset, give it on the command line.
PRESETS: dict[str, dict[str, Choice]] = {
    "document": {
        "sel_rnn": Choice("LSTM", "document 000"),
        "scaler": Choice("minmax", "document 000"),
        "batchnorm": Choice(True, "document 000"),
        "hidden_dim": Choice(64, "document 000"),
        "num_layers": Choice(3, "document 000"),
        "train_step": Choice(10000, "document 000"),
        "gamma": Choice(0.85, "document 000"),
        "beta": Choice(0.9, "document 000"),
        "autoencoder_steps": Choice(None, "document 000 has one number for all phases"),
        "supervised_steps": Choice(None, "document 000 has one number for all phases"),
        "lr_decay": Choice(0.0, "the paper's rate is constant"),
        "ema": Choice(0.0, "the paper draws with the last weights"),
        "noise": Choice("uniform", "the authors' code"),
        "correlation_weight": Choice(0.0, "not in the paper"),
        "critic_weight": Choice(0.0, "not in the paper"),
        "generator_updates": Choice(2, "the authors' code"),
        "warm_up": Choice(0, "the paper draws windows as long as the records'"),
        "standstill": Choice(False, "not in the paper"),
        "heldout": Choice(0.0, "the paper trains on every window"),
        "keep_best": Choice(False, "the paper keeps the last weights"),
        "quantile_mapping": Choice(False, "not in the paper"),
        "atoms": Choice(False, "not in the paper"),
    },
    "paper": {
        "sel_rnn": Choice("GRU", "the authors' code"),
        "scaler": Choice("minmax", "the authors' code"),
        "batchnorm": Choice(False, "the authors' code has none"),
        "hidden_dim": Choice(24, "the authors' code; their paper says four units per feature"),
        "num_layers": Choice(3, "the authors' code"),
        "train_step": Choice(50000, "the authors' code"),
        "gamma": Choice(0.15, "the authors' code"),
        "beta": Choice(0.9, "TensorFlow's default, as in the authors' code"),
        "autoencoder_steps": Choice(None, "the authors' code has one number for all phases"),
        "supervised_steps": Choice(None, "the authors' code has one number for all phases"),
        "lr_decay": Choice(0.0, "the authors' rate is constant"),
        "ema": Choice(0.0, "the authors draw with the last weights"),
        "noise": Choice("uniform", "the authors' code"),
        "correlation_weight": Choice(0.0, "not in the authors' code"),
        "critic_weight": Choice(0.0, "not in the authors' code"),
        "generator_updates": Choice(2, "the authors' code"),
        "warm_up": Choice(0, "the authors draw windows as long as the records'"),
        "standstill": Choice(False, "not in the authors' code"),
        "heldout": Choice(0.0, "the authors train on every window"),
        "keep_best": Choice(False, "the authors keep the last weights"),
        "quantile_mapping": Choice(False, "not in the authors' code"),
        "atoms": Choice(False, "not in the authors' code"),
    },
    # In brackets: Stocks, two minutes, with and without the setting (docs/fidelity.md).
    "best": {
        "sel_rnn": Choice("GRU", "a quarter fewer weights than an LSTM"),
        "scaler": Choice(
            "relative",
            "prices, and directions, follow each other; steps told by .78 for .94 on Stocks",
        ),
        "batchnorm": Choice(False, "as in the authors' code; not tried beside the copula"),
        "hidden_dim": Choice("auto", "the paper's four units per feature"),
        "num_layers": Choice(1, "three times the steps of three layers (1,462 against 454)"),
        "train_step": Choice(5000, "the sample and Sines improve to their end"),
        "gamma": Choice(0.85, "document 000; it holds the discriminator back now and then"),
        "beta": Choice(0.5, "document 000 trains with it (Context-FID .527 against .786)"),
        "autoencoder_steps": Choice(1500, "leaves the time to the joint phase"),
        "supervised_steps": Choice(1000, "leaves the time to the joint phase"),
        "lr_decay": Choice(0.5, "the end settles; no gain shown alone"),
        "ema": Choice(0.995, "the end settles; no gain shown alone"),
        "noise": Choice("copula", "the largest gain of all (4x wider judge .224 against .349)"),
        "correlation_weight": Choice(5.0, "nearer correlations (.084 against .163)"),
        "critic_weight": Choice(
            15.0, "sees steps as trees do; distance .067 to .012 on La Haute Borne"
        ),
        "generator_updates": Choice(
            1, "twice the steps in the time; distance .131 to .072 on the sample"
        ),
        "warm_up": Choice(8, "the first step of a window was up to six times too large"),
        "standstill": Choice(True, "yaw and pitch stand as often as in the records"),
        "heldout": Choice(0.1, "what the report judges by"),
        "keep_best": Choice(True, "one seed of La Haute Borne is best at step 900 of 2,000"),
        "quantile_mapping": Choice(True, "nearer marginals (.003 against .055)"),
        "atoms": Choice(True, "power that stands still stands at 0 kW and at rated power"),
    },
}

FAMILIES: dict[str, type[TrainingSettings]] = {
    "timegan": TimeGANSettings,
    "forecaster": ForecasterSettings,
    "tadgan": TadGANSettings,
    "imagegan": ImageGANSettings,
}


def settings_table(settings_class: type[ProgramSettings], told: Callable[[str], str] = str) -> str:
    """Return the Markdown table of the fields a class adds to its parents, or changes."""
    parents = [getattr(parent, "model_fields", {}) for parent in settings_class.__bases__]
    inherited = {name: field for fields in parents for name, field in fields.items()}
    lines = [f"| {told('name')} | {told('default')} | {told('meaning')} |", "|---|---|---|"]
    for name, field in settings_class.model_fields.items():
        if name not in inherited or field.default != inherited[name].default:
            default = field.default
            shown = ", ".join(map(str, default)) if isinstance(default, tuple) else default
            lines.append(f"| `{name}` | {shown} | {told(field.description or '')} |")
    return "\n".join(lines)


def presets_table(told: Callable[[str], str] = str) -> str:
    """Return the Markdown table of what each preset takes, with its reason."""
    head = f"| {told('setting')} | {' | '.join(PRESETS)} |"
    lines = [head, "|---" * (len(PRESETS) + 1) + "|"]
    for name in PRESETS["document"]:
        choices = [preset[name] for preset in PRESETS.values()]
        cells = (f"{choice.value}: {told(choice.reason)}" for choice in choices)
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def tables(told: Callable[[str], str] = str) -> str:
    """Return every table of docs/settings.md, under its class' first line.

    `told`: what turns the sentences into another language, see `modules.language`.
    """
    classes: list[type[ProgramSettings]] = [ProgramSettings, TrainingSettings, DataSettings]
    classes += [*FAMILIES.values(), GeneratorSettings]
    described = [f"{told((c.__doc__ or '').strip())}\n\n{settings_table(c, told)}" for c in classes]
    presets = told("The presets of TimeGAN, and why.")
    return "\n\n".join([*described, f"{presets}\n\n{presets_table(told)}"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables in the language that `--language` names."""
    from modules.language import told_in

    languages = get_args(ProgramSettings.model_fields["language"].annotation)
    parser = argparse.ArgumentParser(description="Print what every setting means.")
    parser.add_argument("--language", choices=languages, default=languages[0])
    print(tables(told_in(parser.parse_args(arguments).language)))


if __name__ == "__main__":
    main()
