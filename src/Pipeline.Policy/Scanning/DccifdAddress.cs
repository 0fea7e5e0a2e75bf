using System.Globalization;

namespace Pipeline.Policy.Scanning;

/// <summary>Where dccifd is reached: the absolute path of a Unix socket, or a host and a port with a blank between them.</summary>
public sealed record DccifdAddress(string Host, int Port)
{
    public const string Usual = "/usr/local/dcc/var/dccifd";

    /// <summary>Octets that the path of a Unix socket may have.</summary>
    private const int LongestPath = 107;

    /// <param name="problem">Why it is none; empty when it is one.</param>
    public static DccifdAddress? Parse(string value, out string problem)
    {
        problem = "";
        var words = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case [['/', ..] path] when path.Length <= LongestPath:
                return new DccifdAddress(path, 0);
            case [not ['/', ..] and var host, var number] when ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0:
                return new DccifdAddress(host, port);
            default:
                problem = $"invalid dccifd address: '{value}'";
                return null;
        }
    }

    public override string ToString() => Port == 0 ? Host : string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}");
}
