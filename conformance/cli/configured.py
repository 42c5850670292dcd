"""A command whose options have their defaults in a configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from conformance.cli.config_file import Config
    from conformance.transport.targets.own import OwnTarget

CONFIG = "conformance.config"
"""Where the context of a command keeps the options about configuration files."""
READ = "conformance.config.read"
"""Where it keeps the file that was read."""
PROFILE = "conformance.config.profile"
"""Where it keeps the name of the profile."""

_OPTIONS = (
    click.option(
        "--config", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
        expose_value=False,
        help="Read options from this file (default: conformance.toml or pyproject.toml here).",
    ),
    click.option(
        "--config-profile", metavar="NAME", expose_value=False,
        help="Let [profiles.NAME] in the file override its other options.",
    ),
    click.option(
        "--no-config", is_flag=True, expose_value=False,
        help="Read no options from a file; targets that a file names still work.",
    ),
)  # fmt: skip
_NO_NEGATION = {"no_config", "yes", "dry_run", "help"}


class ConfiguredCommand(click.Command):
    """A command with defaults from a configuration file, whose flags can be negated."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for option in reversed(_OPTIONS):
            option(self)
        for one in self.params:
            if isinstance(one, click.Option) and one.is_flag and one.name not in _NO_NEGATION:
                long = max(one.opts, key=len).removeprefix("--")
                one.secondary_opts.append(f"--{long.removeprefix('no-')}" if long[:3] == "no-"
                                          else f"--no-{long}")  # fmt: skip

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the configuration file first: it sets the defaults."""
        if not ctx.resilient_parsing and "--help" not in args and "-h" not in args:
            parsed, _, _ = self.make_parser(ctx).parse_args(args=list(args))
            self._configure(ctx, parsed)
        return super().parse_args(ctx, args)

    def _configure(self, ctx: click.Context, parsed: Mapping[str, Any]) -> None:
        # click marks what is missing in a way of its own.
        found: dict[str, Any] = {
            name: one for name, one in parsed.items() if isinstance(one, str | bool)
        }
        named, profile, off = map(found.get, ("config", "config_profile", "no_config"))
        path = Path(named) if named else None
        ctx.meta[CONFIG] = {"config": path, "no_config": bool(off)}
        if off:
            return
        from conformance.cli import config_file

        config = config_file.find(path)
        if config is None:
            if profile:
                raise config_file.UnknownConfigProfile(None, profile, [])
            return
        options = config.options(profile)
        if ctx.info_name == "ci":
            options = config.ci()
        names = {key_of(one): one.name for one in self.params}
        ctx.default_map = {names[key]: value for key, value in options.items() if key in names}
        ctx.meta[READ], ctx.meta[PROFILE] = config, profile
        # The line `again:` says every option itself, whatever the file says by then.
        ctx.meta[CONFIG]["no_config"] = True
        which = f", profile {profile}" if profile else ""
        click.echo(f"config: {config.path}{which}", err=True)


def key_of(parameter: click.Parameter) -> str:
    """The name of a parameter in a file: that of its long option."""
    if isinstance(parameter, click.Argument):
        return parameter.name or ""
    return max(parameter.opts, key=len).removeprefix("--")


def config_of_run() -> tuple[dict[str, Any], list[str]]:
    """The options of ``run`` in the file, and the options that make it read the same file."""
    meta = click.get_current_context().meta
    config: Config | None = meta.get(READ)
    options, profile = meta[CONFIG], meta.get(PROFILE)
    forwarded = ["--config", str(options["config"])] if options["config"] else []
    forwarded += ["--config-profile", profile] if profile else []
    if config is None:
        forwarded += ["--no-config"] if options["no_config"] else []
        return {}, forwarded
    return config.options(profile), forwarded


def own_targets(text: str) -> dict[str, OwnTarget]:
    """The targets of the configuration file, which is not read for a URL or a known name."""
    from conformance.transport.targets.known import KNOWN

    if "://" in text or text in KNOWN or text == "aws":
        return {}
    import msgspec

    from conformance.cli import config_file
    from conformance.transport.targets.own import OwnTarget

    context = click.get_current_context(silent=True)
    options = context.meta.get(CONFIG, {}) if context else {}
    config = config_file.find(options.get("config"))
    targets = config.data.get("targets", {}) if config else {}
    return {name: msgspec.convert(one, OwnTarget) for name, one in targets.items()}
