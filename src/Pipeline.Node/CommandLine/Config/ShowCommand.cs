using System.CommandLine;
using System.Text.Json;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>The command <c>config show</c>: prints the files of a policy without hidden values, or writes them as they are.</summary>
internal static class ShowCommand
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Command Create()
    {
        var common = new CommonOptions();
        var number = new Argument<int?>("N") { Description = "The number; default: the current policy", Arity = ArgumentArity.ZeroOrOne };
        var to = new Option<string?>("--to") { Description = "Write the files below this folder instead, as they are, with what they hide" };
        var command = new Command("show", "Show the files of a policy; values behind hide are masked") { number, to };
        common.AddTo(command, json: true);
        command.SetAction((parsed, token) => RegistryAccess.ReadAsync(common, parsed, async (registry, cancellationToken) =>
        {
            var wanted = parsed.GetValue(number) ?? await registry.ReadCurrentNumberAsync(cancellationToken);
            if (await registry.ReadAsync(wanted, cancellationToken) is not { } policy)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"there is no policy {wanted}; config history lists them");
                return ExitCodes.Failure;
            }

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(to) is { } folder)
            {
                return await WriteFilesAsync(parsed, policy.Bundle, Path.GetFullPath(folder), cancellationToken);
            }

            if (parsed.GetValue(common.Json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(Json(policy), ConfigJsonContext.Default.PolicyJson));
            }
            else
            {
                Print(output, policy);
            }

            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static void Print(TextWriter output, PublishedPolicy policy)
    {
        var hidden = new HiddenValues(policy.Bundle);
        output.WriteLine($"# {HistoryCommand.Line(policy.Record).TrimStart()}");
        foreach (var macro in hidden.Macros)
        {
            output.WriteLine($"# -D {macro.Name}={macro.Value}");
        }

        foreach (var file in MainFirst(policy.Bundle))
        {
            output.WriteLine($"# {file.Name}{(file.Content is null ? " (must not be there)" : "")}");
            foreach (var line in hidden.Lines(file))
            {
                output.WriteLine(line.Shown);
            }
        }
    }

    private static PolicyJson Json(PublishedPolicy policy)
    {
        var hidden = new HiddenValues(policy.Bundle);
        return new PolicyJson(
            ConfigJson.Of(policy.Record),
            policy.Bundle.Main,
            [
                .. MainFirst(policy.Bundle).Select(file => new PolicyFileJson(
                    file.Name, file.Content?.Length, file.Content is null ? null : string.Concat(hidden.Lines(file).Select(line => line.Shown + "\n")))),
            ]);
    }

    private static IEnumerable<PolicyFile> MainFirst(PolicyBundle bundle) => bundle.Files.OrderBy(file => file.Name != bundle.Main);

    private static async Task<int> WriteFilesAsync(ParseResult parsed, PolicyBundle bundle, string folder, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var file in bundle.Files)
            {
                if (file.Content is not { } content)
                {
                    continue;
                }

                // The folder of the name becomes one below the given folder, wherever the name points.
                var path = Path.Combine(folder, Path.GetFullPath(file.Name, "/").TrimStart('/'));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = OnlyOwner;
                }

                await using var stream = new FileStream(path, options);
                await stream.WriteAsync(content, cancellationToken);
                await parsed.InvocationConfiguration.Output.WriteLineAsync(path);
            }

            return ExitCodes.Success;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(error.Message);
            return ExitCodes.Failure;
        }
    }
}
