using System.Globalization;
using Pipeline.Node.Hosting;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>The configuration that a command line leads to, without problems.</summary>
/// <param name="StoreDirectory">Where the queue is.</param>
internal sealed record EximConfiguration(NodeChoice Choice, MailPolicy Policy, string StoreDirectory)
{
    /// <returns>Null when it cannot be used; why, has been written to <paramref name="errors"/> in Exim's form.</returns>
    public static EximConfiguration? Load(EximCommand command, TextWriter errors, TimeProvider time)
    {
        var (choice, settingErrors) = command.Choose();
        if (choice is null)
        {
            foreach (var error in settingErrors)
            {
                errors.WriteLine($"exim: {error}");
            }

            return null;
        }

        var (policy, problems) = choice.Compile();
        if (policy is null)
        {
            foreach (var problem in problems)
            {
                errors.WriteLine(Text(problem, time.GetLocalNow()));
            }

            return null;
        }

        return new EximConfiguration(
            choice, policy, Path.GetFullPath(choice.Settings.StoreDirectory ?? Path.Combine(PolicyEnvironments.SpoolDirectory(policy), "store")));
    }

    internal static string Text(ConfigurationProblem problem, DateTimeOffset now)
    {
        var where = problem.Location is { } location ? string.Create(CultureInfo.InvariantCulture, $" in line {location.Line} of {location.File}") : "";
        var hint = problem.Hint is null ? "" : $" ({problem.Hint})";
        return string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd HH:mm:ss} Exim configuration error{where}:\n  {problem.Message}{hint}");
    }
}
