using System.Globalization;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>What <c>-bV</c> prints, in Exim's form: programs look for features in it.</summary>
internal static class VersionBlock
{
    /// <summary>The version of Exim whose behaviour configurations meet.</summary>
    public const string EximVersion = "4.92";

    private const string LookupMacro = "_HAVE_LOOKUP_";

    internal static IEnumerable<string> Routers => DriverClass.Router.DoneNames;

    internal static IEnumerable<string> Transports => DriverClass.Transport.DoneNames;

    private static IEnumerable<string> Features => ProductFeatures.All.Where(feature => feature.Word is not null).Select(feature => feature.Word!);

    /// <summary>Every lookup type that this program has.</summary>
    internal static IEnumerable<string> Lookups { get; } =
    [
        .. PredefinedMacros.All.Keys.Where(name => name.StartsWith(LookupMacro, StringComparison.Ordinal))
            .Select(name => name[LookupMacro.Length..].ToLowerInvariant())
            .Order(StringComparer.Ordinal),
    ];

    public static void Print(TextWriter output, string configurationFile, DateTimeOffset built)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Exim version {EximVersion} (MailPipeline {MailNode.Version}) #1 built {built:dd-MMM-yyyy HH:mm:ss}"));
        output.WriteLine("MailPipeline is a program of its own that reads Exim's configuration language.");
        output.WriteLine($"Support for: {string.Join(' ', Features)}");
        output.WriteLine($"Lookups (built-in): {string.Join(' ', Lookups)}");
        output.WriteLine($"Authenticators: {string.Join(' ', DriverClass.Authenticator.DoneNames)}".TrimEnd());
        output.WriteLine($"Routers: {string.Join(' ', Routers)}");
        output.WriteLine($"Transports: {string.Join(' ', Transports.Select(name => name == "appendfile" ? "appendfile/maildir" : name))}");
        output.WriteLine($"Configuration file is {configurationFile}");
    }

    /// <summary>When this program was built, as far as its file tells.</summary>
    public static DateTimeOffset Built() => Environment.ProcessPath is { } path ? File.GetLastWriteTimeUtc(path) : DateTimeOffset.UnixEpoch;
}
