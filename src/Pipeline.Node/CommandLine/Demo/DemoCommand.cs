using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>The command <c>demo</c>: a gateway at work, with nothing to set up, and an account in which the numbers must add up.</summary>
internal static class DemoCommand
{
    private const int DefaultMessages = 200;
    private const int MaxMessages = 100_000;
    private const int DefaultSeed = 1;

    public static Command Create()
    {
        var messages = new Option<int>("--messages")
        {
            Description = $"How many messages are submitted, from {DemoMail.MinMessages}",
            DefaultValueFactory = _ => DefaultMessages,
        };
        messages.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < DemoMail.MinMessages or > MaxMessages)
            {
                result.AddError($"--messages: a number from {DemoMail.MinMessages} to {MaxMessages}");
            }
        });
        var seed = new Option<int>("--seed") { Description = "Other messages for another number", DefaultValueFactory = _ => DefaultSeed };
        var keep = new Option<bool>("--keep") { Description = "Keep the folder with the store, the mail and the configuration" };
        var json = new Option<bool>("--json") { Description = "Print the summary as JSON; the progress goes to the error output" };
        var command = new Command("demo", "Run a gateway in a temporary folder, send it mail of every kind and show what becomes of it; exit code 0 when the numbers add up")
        {
            messages, seed, keep, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new DemoChoice(parsed.GetValue(messages), parsed.GetValue(seed), parsed.GetValue(keep), parsed.GetValue(json)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            TimeProvider.System,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DemoChoice choice, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("mailpipeline-demo-");
        try
        {
            var progress = choice.Json ? errors : output;
            await progress.WriteLineAsync($"folder    {folder.FullName}");
            var world = DemoWorld.Create(folder.FullName);
            var mail = DemoMail.Make(world, choice.Messages, choice.Seed, time);
            var result = await new DemoRun(world, progress, time).RunAsync(mail, cancellationToken);
            if (choice.Json)
            {
                await output.WriteLineAsync(Encoding.UTF8.GetString(DemoJson.Write(result, choice.Keep ? folder.FullName : null)));
            }
            else
            {
                DemoReport.Print(output, result);
                DemoReport.PrintNext(output, world, result, choice.Keep);
            }

            return result.Balances ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (NodeStartException error)
        {
            await errors.WriteLineAsync(error.Message);
            return ExitCodes.Unusable;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync("the demonstration was stopped");
            return ExitCodes.Failure;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await errors.WriteLineAsync($"the demonstration broke off: {error.Message}");
            return ExitCodes.Failure;
        }
        finally
        {
            if (!choice.Keep)
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private sealed record DemoChoice(int Messages, int Seed, bool Keep, bool Json);
}
