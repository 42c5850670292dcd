"""Why a target could not be tested, one type a reason."""

from collections.abc import Sequence

from conformance.errors import BadInput, CouldNotTest


class MalformedURL(BadInput):
    """The text given as a target is neither a known name nor a usable URL."""

    hint = (
        "give reference, moto, ministack, localstack, a target of the configuration file, or a URL"
        " such as http://127.0.0.1:4566"
    )

    def __init__(self, text: str, reason: str, alike: Sequence[str] = ()) -> None:
        if alike:
            reason = f"{reason}; did you mean {' or '.join(alike)}?"
        self.reason = reason
        super().__init__(f"{text!r} is not a target: {reason}")


class RealAWS(BadInput):
    """A URL of AWS was given as if it were an emulator's."""

    hint = (
        "use `conformance run aws --region REGION`, which respects quotas and touches only its "
        "own keys"
    )

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is real AWS, where a run needs more care than on an emulator")


class NoCertificates(BadInput):
    """The file of certificates to trust does not exist."""

    hint = "give a file of PEM certificates with --ca-bundle or in REQUESTS_CA_BUNDLE"

    def __init__(self, path: str) -> None:
        super().__init__(f"there are no certificates at {path}")


class Unreachable(CouldNotTest):
    """Nothing accepts connections where the target should be."""

    hint = "check that it is running, and that this is its address"

    def __init__(self, host: str, port: int, detail: str) -> None:
        super().__init__(f"cannot connect to {host} port {port}: {detail}")


class UntrustedTLS(CouldNotTest):
    """The target's certificate is not trusted, or it does not speak TLS."""

    hint = "trust its certificate with --ca-bundle FILE, or use http:// if it speaks plain HTTP"

    def __init__(self, host: str, port: int, detail: str, hint: str = "") -> None:
        super().__init__(f"no trusted TLS connection to {host} port {port}: {detail}", hint)


class OtherName(UntrustedTLS):
    """The target's certificate is trusted, but for other names: ``names``."""

    def __init__(self, host: str, port: int, names: tuple[str, ...]) -> None:
        self.names = names
        first = next((name for name in names if "*" not in name), "")
        hint = f"give it a certificate that names {host}"
        if first:
            hint = f"give the address with a name of the certificate, https://{first}:{port}"
        shown = ", ".join(names[:5]) or "nobody"
        super().__init__(host, port, f"its certificate is for {shown}, not for {host}", hint)


class ExpiredCertificate(UntrustedTLS):
    """The target's certificate is not valid today; ``early`` if it is not valid yet."""

    hint = "renew the certificate, or check the clock of this machine"

    def __init__(self, host: str, port: int, *, early: bool) -> None:
        self.early = early
        how = "is not valid yet" if early else "has expired"
        super().__init__(host, port, f"its certificate {how}")


class UnknownIssuer(UntrustedTLS):
    """The target's certificate is not signed by a trusted authority."""

    hint = "trust it with --ca-bundle FILE: the certificate itself, or that of its issuer, as PEM"

    def __init__(self, host: str, port: int, detail: str) -> None:
        super().__init__(
            host, port, f"its certificate is not signed by a trusted authority ({detail})"
        )


class PlainHTTP(UntrustedTLS):
    """The target speaks HTTP without TLS."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            host, port, "it speaks plain HTTP", f"give it as http://{_in_url(host)}:{port}"
        )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class SpeaksTLS(CouldNotTest):
    """The target speaks TLS and got a plain HTTP request."""

    def __init__(self, host: str, port: int) -> None:
        message = f"{host} port {port} speaks TLS, and got a plain HTTP request"
        super().__init__(message, f"give it as https://{_in_url(host)}:{port}")


class NotInstalled(CouldNotTest):
    """The target is started where it is installed, and it is not."""

    def __init__(self, target: str, how: str = "") -> None:
        install = how or f"pip install 'aws-conformance[{target}]'"
        super().__init__(f"{target} is not installed", install)


class TargetDidNotStart(CouldNotTest):
    """The target was started as a child process and did not come up."""

    hint = "this is the end of its output; start it by hand to see the rest"

    def __init__(self, target: str, detail: str) -> None:
        self.target, self.detail = target, detail
        super().__init__(f"{target} did not start: {detail}")


class NoCredentials(CouldNotTest):
    """No credentials are set, and the target is not on this machine."""

    hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"

    def __init__(self, detail: str = "the credential chain is empty") -> None:
        super().__init__(f"no AWS credentials for signing: {detail}")
