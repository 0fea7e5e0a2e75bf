using Pipeline.Node.Tests.Packaging;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>Debian's own programs about the queue call this program, and read its list.</summary>
public sealed class QueueToolTests : IDisposable
{
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [NeedsProgramFact("exiqgrep")]
    public async Task Exiqgrep_finds_messages_by_sender_recipient_size_and_frost()
    {
        var ids = await FillAsync();
        Assert.Equal($"{ids[0]}\n", await GrepAsync("-i", "-f", "one@example.org"));
        Assert.Equal($"{ids[1]}\n", await GrepAsync("-i", "-r", "later-b@"));
        Assert.Equal($"{ids[1]}\n", await GrepAsync("-i", "-f", "^<>$"));
        Assert.Equal("2 matches out of 2 messages\n", await GrepAsync("-c"));
        Assert.Equal("", await GrepAsync("-i", "-z"));
        await _exim.RunAsync("-Mf", ids[1]);
        Assert.Equal($"{ids[1]}\n", await GrepAsync("-i", "-z"));
        Assert.Equal($"{ids[0]}\n", await GrepAsync("-i", "-x"));
        Assert.Equal("2 matches out of 2 messages\n", await GrepAsync("-a", "-c", "-s", @"^\d+$"));
        Assert.Equal("0 matches out of 2 messages\n", await GrepAsync("-c", "-o", "3600"));
    }

    [NeedsProgramFact("exiqsumm")]
    public async Task Exiqsumm_counts_messages_by_domain()
    {
        await FillAsync();
        var list = _exim.Path("list");
        await File.WriteAllTextAsync(list, (await _exim.RunAsync("-bp")).Output);
        var run = await ProgramRun.OfAsync("sh", "-c", $"exiqsumm < {list}");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"(?m)^\s*3\s+\S+\s+0m\s+0m\s+example\.com\s*$", run.Output);
    }

    [Fact]
    public async Task Ids_alone_are_listed_and_a_run_is_about_some_messages()
    {
        var ids = await FillAsync();
        Assert.Equal($"{ids[0]}\n{ids[1]}\n", (await _exim.RunAsync("-bpi")).Output);
        Assert.Equal($"{ids[1]}\n", (await _exim.RunAsync("-bpri", ids[1])).Output);

        await File.WriteAllTextAsync(_exim.Path("go"), "");
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-R", "nobody-at-all"));
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-q", ids[0], ids[1])); // neither is due
        Assert.Equal("2\n", (await _exim.RunAsync("-bpc")).Output);
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-R", "LATER-B"));
        Assert.Equal($"{ids[0]}\n", (await _exim.RunAsync("-bpi")).Output);
        Assert.Single(_exim.Mailbox("later-b"));
        await _exim.RunAsync("-Mf", ids[0]);
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-qf", ids[0]));
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-S", "one@"));
        Assert.Equal("1\n", (await _exim.RunAsync("-bpc")).Output);
        Assert.Equal(new EximRun(0, "", ""), await _exim.RunAsync("-Srff", "^one@"));
        Assert.Equal("0\n", (await _exim.RunAsync("-bpc")).Output);
    }

    /// <summary>A message to two recipients, and one without a sender; both wait.</summary>
    /// <returns>Their ids, of 16 characters.</returns>
    private async Task<string[]> FillAsync()
    {
        _exim.UseShortMessageIds();
        await SubmitAsync("one@example.org", "later-a@example.com", "later-c@example.com");
        await SubmitAsync("", "later-b@example.com");
        return (await _exim.RunAsync("-bpi")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task SubmitAsync(string sender, params string[] recipients)
    {
        var to = string.Concat(recipients.Select(recipient => $"RCPT TO:<{recipient}>\n"));
        var run = await _exim.RunWithInputAsync($"EHLO me\nMAIL FROM:<{sender}>\n{to}DATA\nSubject: x\n\nbody\n.\nQUIT\n", "-bs");
        Assert.Contains("250 OK id=", run.Output, StringComparison.Ordinal);
    }

    /// <summary>It calls a program by a path, with options of its own in front.</summary>
    private async Task<string> GrepAsync(params string[] options)
    {
        var program = _exim.Path("exim");
        await File.WriteAllTextAsync(
            program, $"#!/bin/sh\nexec {System.IO.Path.Combine(AppContext.BaseDirectory, "mailpipeline")} \"$@\" -C {_exim.ConfigurationFile} --node {_exim.Path("node.json")} -DWORD=word\n");
        var run = await ProgramRun.OfAsync("exiqgrep", ["-E", $"sh {program}", .. options]);
        return run.Output;
    }
}
