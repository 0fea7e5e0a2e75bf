using System.CommandLine;
using Pipeline.Node.CommandLine.Config;

namespace Pipeline.Node.CommandLine;

/// <summary>The command <c>config check</c>: reads a configuration and says everything that is wrong with it.</summary>
internal static class ConfigCommand
{
    private const string Description = """
        Check a configuration and the node settings.

        Standard error lists what is wrong, each with file and line: unknown names with the nearest known one, values that cannot be read,
        and options whose absence would weaken security or deliver mail wrongly. Such a configuration is not used.

        Standard output lists, for a configuration that can be used, everything in it that is known and not done:
          "has no effect here"                       there is nothing that it could change
          "is not done and is ignored"               mail is handled without it; what to use instead is said
          "is not done: a message that comes to it waits"   reaching it is a temporary error with this reason

        Exit code 0 when the configuration can be used, whatever is listed; 2 when it cannot.
        """;

    public static Command Create()
    {
        var common = new CommonOptions();
        var file = new Argument<string?>("FILE") { Description = "The configuration; default: as for run", Arity = ArgumentArity.ZeroOrOne };
        var check = new Command("check", Description) { file };
        common.AddTo(check);
        check.SetAction(parsed =>
        {
            if (common.Read(parsed) is not { } choice)
            {
                return ExitCodes.Unusable;
            }

            choice = parsed.GetValue(file) is { } named ? NodeChoice.Make(named, choice.Settings, choice.Macros) : choice;
            var compilation = choice.Compile();
            var (policy, problems) = compilation;
            foreach (var problem in problems)
            {
                parsed.InvocationConfiguration.Error.WriteLine(problem);
            }

            if (policy is null)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"{choice.PolicyFile}: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}");
                return ExitCodes.Unusable;
            }

            foreach (var notice in compilation.Notices)
            {
                parsed.InvocationConfiguration.Output.WriteLine(notice);
            }

            var count = compilation.Notices.Count;
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{choice.PolicyFile}: good{(count == 0 ? "" : $", with {count} setting{(count == 1 ? "" : "s")} that {(count == 1 ? "is" : "are")} not done or without effect")}");
            return ExitCodes.Success;
        });
        return new Command("config", "Work with configurations")
        {
            check,
            PublishCommand.Publish(),
            HistoryCommand.Create(),
            ShowCommand.Create(),
            DiffCommand.Create(),
            PublishCommand.Rollback(),
            StatusCommand.Create(),
        };
    }
}
