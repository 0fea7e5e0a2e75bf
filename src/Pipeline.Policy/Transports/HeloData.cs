using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>What a client calls itself (<c>helo_data</c> of the smtp transport). One that depends on the connection is expanded when there is one.</summary>
public sealed partial class HeloData
{
    private readonly ExpandableString? _source;
    private readonly EvaluationScope? _scope;
    private readonly string _text;

    /// <param name="text">The same for every connection.</param>
    public HeloData(string text) => (_text, Key) = (text, text);

    private HeloData(ExpandableString source, EvaluationScope scope) =>
        (_source, _scope, _text, Key) = (source, scope, scope.Environment.PrimaryHostname, $"{source.Source}\n{scope.Message.Id}");

    /// <summary>Two deliveries with the same one may share a session.</summary>
    public string Key { get; }

    /// <param name="local">Null where the connection is not over IP.</param>
    /// <returns>What to say, or a problem.</returns>
    public async ValueTask<(string Text, string? Problem)> ForAsync(string host, IPEndPoint? remote, IPEndPoint? local, CancellationToken cancellationToken)
    {
        if (_source is not { } source || remote is null)
        {
            return Checked(_text);
        }

        var scope = TransportScope.ForPeer(_scope!, new AuthenticationPeer(host, remote));
        if (local is not null)
        {
            scope.Address!.Values["sending_ip_address"] = local.Address.ToString();
            scope.Address.Values["sending_port"] = local.Port.ToString(CultureInfo.InvariantCulture);
        }

        var result = await source.ExpandAsync(scope, cancellationToken);
        return result.Outcome switch
        {
            ExpansionOutcome.Failed or ExpansionOutcome.Deferred => ("", $"failed to expand helo_data: {result.Message}"),
            _ => Checked(result is { IsSuccess: true, Value.Length: > 0 } ? result.Value : _text),
        };
    }

    internal static async ValueTask<HeloData> CreateAsync(ExpandableString source, OptionExpansion expansion)
    {
        if (source.Constant is null && OfConnection().IsMatch(source.Source))
        {
            return new HeloData(source, expansion.Scope);
        }

        return new HeloData(await expansion.TextAsync("helo_data", source) is { Length: > 0 } text ? text : expansion.Scope.Environment.PrimaryHostname);
    }

    private static (string Text, string? Problem) Checked(string text) =>
        text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('!', '~') ? ("", $"helo_data is \"{text}\"") : (text, null);

    /// <summary>Variables that are known for the connection only.</summary>
    [GeneratedRegex(@"\b(?:sending_ip_address|sending_port|host|host_address|host_port)\b", RegexOptions.CultureInvariant)]
    private static partial Regex OfConnection();
}
