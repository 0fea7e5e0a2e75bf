using System.Net;

namespace Pipeline.Actors.Receipt;

/// <summary>What a local program says of where its mail comes from (<c>-oMa</c>, <c>-oMr</c> and so on). It is believed of trusted users; those of others count for nothing.</summary>
public sealed record LocalClaims
{
    /// <summary>IP address and port, as <see cref="IPEndPoint"/> writes them.</summary>
    public string? Client { get; init; }

    /// <inheritdoc cref="Client"/>
    public string? Interface { get; init; }

    public string? ClientName { get; init; }

    public string? Ident { get; init; }

    /// <summary>$received_protocol.</summary>
    public string? Protocol { get; init; }

    public string? Authenticator { get; init; }

    public string? AuthenticatedId { get; init; }

    public string? AuthenticatedSender { get; init; }

    public static IPEndPoint? EndPoint(string? text) => IPEndPoint.TryParse(text ?? "", out var endPoint) ? endPoint : null;
}
