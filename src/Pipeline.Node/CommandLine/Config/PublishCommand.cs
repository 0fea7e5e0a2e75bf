using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>The commands <c>config publish</c> and <c>config rollback</c>: give the cluster another policy and see it taken up.</summary>
internal static class PublishCommand
{
    private const int DefaultWaitSeconds = 2;

    public static Command Publish()
    {
        var options = new Options();
        var file = new Argument<string>("FILE") { Description = "The configuration, with what it includes" };
        var expected = new Option<int?>("--expect") { Description = "Publish only while this number is the current one (0: none); default: the number found when the command began" };
        var command = new Command("publish", "Check a configuration and give it to all nodes of the cluster") { file, expected };
        options.AddTo(command);
        command.SetAction((parsed, token) => RegistryAccess.WriteAsync(
            options.Common,
            parsed,
            "change it and send the node SIGHUP, or restart it",
            async (choice, registry, cancellationToken) =>
            {
                var current = await registry.ReadCurrentNumberAsync(cancellationToken);
                var named = NodeChoice.Make(parsed.GetValue(file), choice.Settings, choice.Macros);
                var capture = PolicyCapture.Take(named.PolicyFile, named.Macros, named.Source);
                if (capture.Bundle is not { } bundle)
                {
                    return await options.RefuseAsync(parsed, named.PolicyFile, [.. capture.Problems.Select(problem => problem.ToString())]);
                }

                return await options.PublishAsync(
                    parsed, registry, options.Publication(parsed, bundle) with { Expected = parsed.GetValue(expected) ?? current }, cancellationToken);
            },
            token));
        return command;
    }

    public static Command Rollback()
    {
        var options = new Options();
        var number = new Argument<int>("N") { Description = "The number to go back to" };
        var command = new Command("rollback", "Publish an earlier policy again, under a new number") { number };
        options.AddTo(command);
        command.SetAction((parsed, token) => RegistryAccess.WriteAsync(
            options.Common,
            parsed,
            "put the old text back (config show N --to DIR writes it) and send the node SIGHUP",
            async (_, registry, cancellationToken) =>
            {
                var from = parsed.GetValue(number);
                var current = await registry.ReadCurrentNumberAsync(cancellationToken);
                if (await registry.ReadAsync(from, cancellationToken) is not { } published)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"there is no policy {from}; config history lists them");
                    return ExitCodes.Failure;
                }

                return await options.PublishAsync(
                    parsed,
                    registry,
                    options.Publication(parsed, published.Bundle) with { Expected = current, RestoredFrom = from },
                    cancellationToken);
            },
            token));
        return command;
    }

    /// <summary>What both take, and what both do at the end.</summary>
    private sealed class Options
    {
        private readonly Option<string?> _note = new("--note") { Description = $"Why, for the history; at most {PolicyPublication.MaxNote} characters" };
        private readonly Option<bool> _force = new("--force") { Description = "Also when it is the current policy already, or another was published meanwhile" };
        private readonly Option<double> _wait = new("--wait")
        {
            Description = "Seconds to wait for the nodes to switch",
            DefaultValueFactory = _ => DefaultWaitSeconds,
        };

        public Options()
        {
            _note.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string?>()?.Length > PolicyPublication.MaxNote)
                {
                    result.AddError($"--note has at most {PolicyPublication.MaxNote} characters");
                }
            });
            _wait.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<double>() is not (>= 0 and <= 3_600))
                {
                    result.AddError("--wait is from 0 to 3600");
                }
            });
        }

        public CommonOptions Common { get; } = new();

        public void AddTo(Command command)
        {
            command.Options.Add(_note);
            command.Options.Add(_force);
            command.Options.Add(_wait);
            Common.AddTo(command, json: true);
        }

        public PolicyPublication Publication(ParseResult parsed, PolicyBundle bundle) => new()
        {
            Bundle = bundle,
            By = RegistryAccess.Who(),
            Note = parsed.GetValue(_note),
            Force = parsed.GetValue(_force),
        };

        public async Task<int> RefuseAsync(ParseResult parsed, string file, IReadOnlyList<string> problems)
        {
            if (parsed.GetValue(Common.Json))
            {
                await WriteJsonAsync(parsed, new PublicationJson("refused", null, problems, []));
                return ExitCodes.Unusable;
            }

            foreach (var problem in problems)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(problem);
            }

            await parsed.InvocationConfiguration.Error.WriteLineAsync($"{file}: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}, not published");
            return ExitCodes.Unusable;
        }

        public async Task<int> PublishAsync(ParseResult parsed, IPolicyRegistry registry, PolicyPublication publication, CancellationToken cancellationToken)
        {
            var (output, errors, json) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(Common.Json));
            switch (await registry.PublishAsync(publication, cancellationToken))
            {
                case PublishOutcome.Overtaken overtaken:
                    if (json)
                    {
                        await WriteJsonAsync(parsed, new PublicationJson("overtaken", ConfigJson.Of(overtaken.Current), [], []));
                    }

                    await errors.WriteLineAsync(
                        $"policy {overtaken.Current.Number} was published by {overtaken.Current.By} meanwhile: look at it (config diff), then publish again, or --force");
                    return ExitCodes.Failure;
                case PublishOutcome.Unchanged unchanged:
                    return await FinishAsync("unchanged", unchanged.Current, $"policy {unchanged.Current.Number} is the same already; no new number");
                case PublishOutcome.Published published:
                    return await FinishAsync("published", published.Record, Describe(published.Record));
                default:
                    throw new InvalidOperationException("unknown outcome");
            }

            async Task<int> FinishAsync(string result, PolicyRecord record, string text)
            {
                if (!json)
                {
                    await output.WriteLineAsync(text);
                }

                var nodes = await SwitchWait.ForAsync(registry, record.Number, TimeSpan.FromSeconds(parsed.GetValue(_wait)), TimeProvider.System, cancellationToken);
                if (json)
                {
                    await WriteJsonAsync(
                        parsed, new PublicationJson(result, ConfigJson.Of(record), [], [.. nodes.Select(node => ConfigJson.Of(node, record.Number))]));
                }

                return SwitchWait.Print(json ? TextWriter.Null : output, nodes, record.Number) ? ExitCodes.Success : ExitCodes.Partly;
            }
        }

        private static string Describe(PolicyRecord record) => string.Create(
            CultureInfo.InvariantCulture,
            $"published policy {record.Number}{(record.RestoredFrom is { } from ? $", the text of policy {from}" : "")} (sha256 {record.Digest[..12]})");

        private static Task WriteJsonAsync(ParseResult parsed, PublicationJson publication) =>
            parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(publication, ConfigJsonContext.Default.PublicationJson));
    }
}
