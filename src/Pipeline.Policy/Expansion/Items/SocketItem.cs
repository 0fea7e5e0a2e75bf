using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${readsocket{address}{request}{timeout:options}{eol}{fail string}}</c>: sends a request to a daemon and reads its answer.</summary>
internal sealed class SocketItem(ExpansionNode[] arguments, ExpansionNode? failString) : ExpansionNode
{
    private const string InternetPrefix = "inet:";
    private const int MaxAnswer = 1024 * 1024;

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    public static ItemDefinition[] Definitions { get; } = [new("readsocket", Parse)];

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        var expanded = new ExpandedText[arguments.Length];
        if (await arguments.EvaluateAsync(context, expanded) is { } unknown)
        {
            return unknown;
        }

        var values = new ExpandedArguments(expanded);
        var complaint = $"Tainted filename for search: '{values[0]}'";
        if (context.Refuses(values.TaintOf(0), complaint))
        {
            return ExpansionResult.Failed(complaint);
        }

        var (answer, failure) = TryReadOptions(values.Length > 2 ? values[2] : "", out var timeout, out var halfCloses, out var error)
            && TryReadEndPoint(values[0], out var endPoint, out error)
            ? await AskAsync(context, endPoint, values[1], timeout, halfCloses)
            : (null, error);
        if (answer is not null)
        {
            return ExpansionResult.Success(values.Length > 3 ? answer.Replace("\n", values[3], StringComparison.Ordinal) : answer);
        }

        return failString is null ? ExpansionResult.Failed(failure) : await failString.EvaluateAsync(context);
    }

    private static ExpansionNode Parse(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArguments(name, 2, 4, arguments, closes: false))
        {
            return parser.Unwind(arguments);
        }

        var failString = parser.Current == '{' ? parser.ParseBraced() : null;
        parser.SkipBlanks();
        if (!parser.Broken && !parser.TryTake('}'))
        {
            parser.FailBraces();
        }

        return parser.Broken ? parser.Unwind(arguments) : new SocketItem([.. arguments], failString);
    }

    private static bool TryReadOptions(string text, out TimeSpan timeout, out bool halfCloses, out string error)
    {
        timeout = DefaultTimeout;
        halfCloses = true;
        error = "";
        var items = ListSyntax.Split(text);
        if (items.Count > 0 && items[0].Length > 0 && !TimeText.TryParse(items[0], out timeout))
        {
            error = $"bad time value {items[0]}";
            return false;
        }

        foreach (var option in items.Skip(1))
        {
            switch (option)
            {
                case "shutdown=no":
                    halfCloses = false;
                    break;
                case "shutdown=yes" or "tls=no" or "cache=no" or "cache=yes":
                    break;
                case "tls=yes":
                    error = "TLS is not available in ${readsocket";
                    return false;
                default:
                    error = $"bad option {option} for readsocket";
                    return false;
            }
        }

        return true;
    }

    private static bool TryReadEndPoint(string address, out EndPoint endPoint, out string error)
    {
        endPoint = new IPEndPoint(IPAddress.None, 0);
        error = "";
        if (!address.StartsWith(InternetPrefix, StringComparison.Ordinal))
        {
            if (FilePath.Refuse(address) is { } refusal || !address.StartsWith('/'))
            {
                error = $"failed to connect to socket {address}: {FilePath.Refuse(address) ?? "not an absolute path"}";
                return false;
            }

            endPoint = new UnixDomainSocketEndPoint(OctetString.ToText(address));
            return true;
        }

        var host = address[InternetPrefix.Length..];
        var colon = host.LastIndexOf(':');
        if (colon < 0)
        {
            error = $"missing port number for readsocket {host}";
            return false;
        }

        if (!ushort.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            error = $"missing port number for readsocket {host}";
            return false;
        }

        host = host[..colon].Trim('[', ']');
        endPoint = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
        return true;
    }

    private static async ValueTask<(string? Answer, string Failure)> AskAsync(
        ExpansionContext context, EndPoint endPoint, string request, TimeSpan timeout, bool halfCloses)
    {
        using var limit = new CancellationTokenSource(timeout, context.Scope.Environment.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, limit.Token);
        using var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, stop.Token);
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            await stream.WriteAsync(OctetString.ToBytes(request), stop.Token);
            if (halfCloses)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            var answer = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, stop.Token)) > 0)
            {
                answer.Write(buffer, 0, read);
                if (answer.Length > MaxAnswer)
                {
                    return (null, $"answer from socket is longer than {MaxAnswer} octets");
                }
            }

            return (OctetString.FromBytes(answer.GetBuffer().AsSpan(0, (int)answer.Length)), "");
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            return (null, "socket read timed out");
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            return (null, $"failed to connect to socket {endPoint}: {Describe(endPoint, problem)}");
        }
    }

    // The library says of a socket that is not there that its address is not available.
    private static string Describe(EndPoint endPoint, Exception problem) =>
        endPoint is UnixDomainSocketEndPoint && !Path.Exists(endPoint.ToString()) ? "No such file or directory" : problem.Message;
}
