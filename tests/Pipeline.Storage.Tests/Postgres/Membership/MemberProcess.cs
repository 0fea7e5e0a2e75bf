using System.Diagnostics;
using System.Globalization;
using Pipeline.Storage.ClusterMember;

namespace Pipeline.Storage.Tests.Postgres.Membership;

/// <summary>A node in a process of its own, which can be killed and frozen.</summary>
internal sealed class MemberProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _passedOver = [];

    private MemberProcess(Process process) => _process = process;

    public long Epoch { get; private set; }

    public static async Task<MemberProcess> StartAsync(string database, string node)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(TestWork).Assembly.Location);
        start.ArgumentList.Add(database);
        start.ArgumentList.Add(node);
        var member = new MemberProcess(Process.Start(start)!);
        member.Epoch = long.Parse((await member.ReadAsync("joined ")).AsSpan(7), CultureInfo.InvariantCulture);
        return member;
    }

    public void Kill() => _process.Kill();

    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>How many rows a write in the name of its life changes.</summary>
    public async Task<string> WriteAsync()
    {
        await _process.StandardInput.WriteLineAsync("write");
        await _process.StandardInput.FlushAsync();
        return await ReadAsync("wrote ");
    }

    /// <summary>The first line that begins so and was not read yet; others can be read later.</summary>
    public async Task<string> ReadAsync(string beginning)
    {
        if (_passedOver.Find(line => line.StartsWith(beginning, StringComparison.Ordinal)) is { } earlier)
        {
            _passedOver.Remove(earlier);
            return earlier;
        }

        using var patience = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }

            _passedOver.Add(line);
        }

        throw new InvalidOperationException($"the process ended before it said \"{beginning}\"");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
