using System.CommandLine;
using System.CommandLine.Parsing;
using Pipeline.Node.Configuration;

namespace Pipeline.Node.CommandLine;

/// <summary>Options that several commands share, and what they come to.</summary>
internal sealed class CommonOptions
{
    /// <summary>Where the configuration is looked for when no file is named.</summary>
    public static readonly string[] DefaultPolicyFiles = ["mailpipeline.conf", "/etc/mailpipeline/mailpipeline.conf"];

    public Option<string?> Policy { get; } = new("-C", "--config")
    {
        Description = $"The configuration in Exim's language; default: the first of {string.Join(", ", DefaultPolicyFiles)} that exists, else a built-in one",
    };

    public Option<string?> Node { get; } = new("--node") { Description = "Settings of this node (node.json): Name, StoreDirectory, Listen, Dns, Smtp, Submission, Delivery, Log, JournalRetention, DrainTime; environment variables MAILPIPELINE_… override them" };

    public Option<string[]> Macro { get; } = new("-D") { Description = "Define a macro: -D NAME=value", AllowMultipleArgumentsPerToken = false };

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON, for programs" };

    public void AddTo(Command command, bool json = false)
    {
        command.Options.Add(Policy);
        command.Options.Add(Node);
        command.Options.Add(Macro);
        if (json)
        {
            command.Options.Add(Json);
        }
    }

    /// <returns>Null when something is wrong; what, has been written to the error output.</returns>
    public NodeChoice? Read(ParseResult parsed)
    {
        var (settings, errors) = NodeSettingsReader.Read(parsed.GetValue(Node));
        foreach (var error in errors)
        {
            parsed.InvocationConfiguration.Error.WriteLine(error);
        }

        if (settings is null)
        {
            return null;
        }

        var macros = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var macro in parsed.GetValue(Macro) ?? [])
        {
            var equals = macro.IndexOf('=', StringComparison.Ordinal);
            macros[equals < 0 ? macro : macro[..equals]] = equals < 0 ? "" : macro[(equals + 1)..];
        }

        return NodeChoice.Make(parsed.GetValue(Policy), settings, macros);
    }
}
