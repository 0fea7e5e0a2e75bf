using System.Globalization;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables that are the same for every message of a running policy, and those that expansion items set.</summary>
internal static class EnvironmentVariables
{
    /// <summary>Which Exim this program behaves like; configurations compare it.</summary>
    private const string Version = "4.92";

    public static VariableDefinition[] Definitions { get; } =
    [
        new("primary_hostname", s => s.Environment.PrimaryHostname),
        new("qualify_domain", context => OptionAsync(context, context.Scope.Environment.Policy.MainOptions.QualifyDomain)),
        new("qualify_recipient", context => OptionAsync(
            context, context.Scope.Environment.Policy.MainOptions.QualifyRecipient ?? context.Scope.Environment.Policy.MainOptions.QualifyDomain)),
        new("smtp_active_hostname", context => OptionAsync(context, context.Scope.Environment.Policy.MainOptions.SmtpActiveHostname)),
        new("spool_directory", s => s.Environment.SpoolDirectory),
        new("config_file", s => s.Environment.Policy.SourcePath),
        new("config_dir", s => Path.GetDirectoryName(s.Environment.Policy.SourcePath)),
        new("version_number", _ => Version), new("exim_version", _ => Version),
        new("compile_number", _ => "1"), new("compile_date", _ => ""),
        new("pid", _ => Environment.ProcessId.ToString(CultureInfo.InvariantCulture)),
        new("exim_path", _ => Environment.ProcessPath),
        new("initial_cwd", _ => Environment.CurrentDirectory),
        new("return_size_limit", SizeLimit), new("bounce_return_size_limit", SizeLimit),
        new("value", s => s.Transient.Value),
        new("item", s => s.Transient.Item),
        new("runrc", s => s.Transient.RunReturnCode.ToString(CultureInfo.InvariantCulture)),
        new("acl_narg", s => s.Transient.AclArguments.Length.ToString(CultureInfo.InvariantCulture)),
        .. Enumerable.Range(1, 9).Select(n => new VariableDefinition(
            string.Create(CultureInfo.InvariantCulture, $"acl_arg{n}"),
            scope => n <= scope.Transient.AclArguments.Length ? scope.Transient.AclArguments[n - 1] : default)),
        new("load_average", _ => (SystemLoad.Average() ?? -1).ToString(CultureInfo.InvariantCulture)),
        new("spool_space", s => Number(s.Environment.SpoolSpace().Kibibytes)), new("spool_inodes", s => Number(s.Environment.SpoolSpace().Inodes)),
        new("log_space", s => Number(s.Environment.LogSpace().Kibibytes)), new("log_inodes", s => Number(s.Environment.LogSpace().Inodes)),
        new("queue_size", QueueSizeAsync),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async ValueTask<ExpansionResult> QueueSizeAsync(ExpansionContext context) =>
        ExpansionResult.Success(await context.Scope.Environment.QueueSize(context.CancellationToken) is { } size ? Number(size) : "");

    private static string SizeLimit(EvaluationScope scope) =>
        scope.Environment.Policy.MainOptions.BounceReturnSizeLimit.ToString(CultureInfo.InvariantCulture);

    /// <summary>An option that names this host; unset it is the primary host name.</summary>
    private static ValueTask<ExpansionResult> OptionAsync(ExpansionContext context, ExpandableString? option) => option is null
        ? new(ExpansionResult.Success(context.Scope.Environment.PrimaryHostname))
        : option.ExpandAsync(context.Scope, context.CancellationToken);
}
