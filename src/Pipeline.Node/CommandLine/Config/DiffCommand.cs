using System.CommandLine;
using System.Text.Json;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>The command <c>config diff</c>: how one policy became another, file by file, without hidden values.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var first = new Argument<int>("A") { Description = "The older number" };
        var second = new Argument<int?>("B") { Description = "The newer number; default: the current policy", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("diff", "Show what changed between two policies; values behind hide are masked") { first, second };
        common.AddTo(command, json: true);
        command.SetAction((parsed, token) => RegistryAccess.ReadAsync(common, parsed, async (registry, cancellationToken) =>
        {
            var numbers = (parsed.GetValue(first), parsed.GetValue(second) ?? await registry.ReadCurrentNumberAsync(cancellationToken));
            if (await ReadAsync(numbers.Item1) is not { } from || await ReadAsync(numbers.Item2) is not { } to)
            {
                return ExitCodes.Failure;
            }

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(common.Json))
            {
                await using var text = new StringWriter();
                Write(text, from, to);
                await output.WriteLineAsync(
                    JsonSerializer.Serialize(new PolicyDiffJson(numbers.Item1, numbers.Item2, text.ToString()), ConfigJsonContext.Default.PolicyDiffJson));
            }
            else
            {
                Write(output, from, to);
            }

            return ExitCodes.Success;

            async Task<PublishedPolicy?> ReadAsync(int number)
            {
                var policy = await registry.ReadAsync(number, cancellationToken);
                if (policy is null)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"there is no policy {number}; config history lists them");
                }

                return policy;
            }
        }, token));
        return command;
    }

    internal static void Write(TextWriter output, PublishedPolicy from, PublishedPolicy to)
    {
        var (before, after) = (new HiddenValues(from.Bundle), new HiddenValues(to.Bundle));
        UnifiedDiff.Write(output, Name(from, "macros of the command line"), Name(to, "macros of the command line"), Macros(from, before), Macros(to, after));
        var names = from.Bundle.Files.Concat(to.Bundle.Files).Select(file => file.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var (old, current) = (Find(from, name), Find(to, name));
            UnifiedDiff.Write(
                output,
                old is null ? "/dev/null" : Name(from, name),
                current is null ? "/dev/null" : Name(to, name),
                old is null ? [] : before.Lines(old),
                current is null ? [] : after.Lines(current));
        }
    }

    private static string Name(PublishedPolicy policy, string file) => $"{file} (policy {policy.Record.Number})";

    private static PolicyFile? Find(PublishedPolicy policy, string name) =>
        policy.Bundle.Files.FirstOrDefault(file => file.Name == name && file.Content is not null);

    /// <summary>Compared with their values, shown without those that are hidden.</summary>
    private static IReadOnlyList<(string Text, string Shown)> Macros(PublishedPolicy policy, HiddenValues hidden) =>
        [.. policy.Bundle.Macros.Zip(hidden.Macros, (macro, shown) => ($"{macro.Name}={macro.Value}", $"{shown.Name}={shown.Value}"))];
}
