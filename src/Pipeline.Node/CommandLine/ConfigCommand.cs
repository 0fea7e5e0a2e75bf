using System.CommandLine;
using Pipeline.Node.CommandLine.Config;

namespace Pipeline.Node.CommandLine;

/// <summary>The command <c>config check</c>: reads a configuration and says everything that is wrong with it.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var file = new Argument<string?>("FILE") { Description = "The configuration; default: as for run", Arity = ArgumentArity.ZeroOrOne };
        var check = new Command("check", "Check a configuration and the node settings; exit code 0 when they can be used, 2 when not") { file };
        common.AddTo(check);
        check.SetAction(parsed =>
        {
            if (common.Read(parsed) is not { } choice)
            {
                return ExitCodes.Unusable;
            }

            choice = parsed.GetValue(file) is { } named ? NodeChoice.Make(named, choice.Settings, choice.Macros) : choice;
            var (policy, problems) = choice.Compile();
            foreach (var problem in problems)
            {
                parsed.InvocationConfiguration.Error.WriteLine(problem);
            }

            if (policy is null)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"{choice.PolicyFile}: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}");
                return ExitCodes.Unusable;
            }

            parsed.InvocationConfiguration.Output.WriteLine($"{choice.PolicyFile}: good");
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
