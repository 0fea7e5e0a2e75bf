using Pipeline.Actors.Hints;
using Pipeline.Actors.Tests.Support;
using Pipeline.Kernel.TestKit;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Tests.Hints;

public sealed class StoredHintsTests : IAsyncDisposable
{
    private readonly FakeStore _store = new();
    private readonly ManualTimeProvider _time = new();
    private readonly StoredHints _hints;

    public StoredHintsTests() => _hints = new StoredHints(_time) { Store = _store };

    [Fact]
    public async Task Hint_is_kept_in_the_store()
    {
        await _hints.ChangeAsync("seen/a", Next, default);
        await _hints.ChangeAsync("seen/a", Next, default);
        Assert.Equal([2], await _hints.GetAsync("seen/a", default));
        Assert.Equal([2], _store.Hints["seen/a"]);
    }

    [Fact]
    public async Task Store_that_is_away_or_not_open_yet_is_an_error_that_callers_expect()
    {
        _store.WhyNoHints = new IOException("gone");
        await Assert.ThrowsAsync<IOException>(async () => await _hints.GetAsync("seen/a", default));
        _hints.Store = null;
        await Assert.ThrowsAsync<IOException>(async () => await _hints.ChangeAsync("seen/a", Next, default));
    }

    [Fact]
    public async Task Store_that_refuses_is_an_error_that_callers_expect()
    {
        _store.HintOutcome = WriteOutcome.Unavailable;
        await Assert.ThrowsAsync<IOException>(async () => await _hints.ChangeAsync("seen/a", Next, default));
    }

    [Fact]
    public async Task Store_that_does_not_answer_is_given_up_after_five_seconds()
    {
        _store.HintGate = new TaskCompletionSource();
        var reading = _hints.GetAsync("seen/a", default).AsTask();
        var changing = _hints.ChangeAsync("seen/a", Next, default).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(reading.IsCompleted || changing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await Assert.ThrowsAsync<IOException>(() => reading);
        await Assert.ThrowsAsync<IOException>(() => changing);
    }

    [Fact]
    public async Task Sweep_forgets_what_is_over_of_its_kind_in_all_pages_and_nothing_else()
    {
        for (var i = 0; i < 1200; i++)
        {
            _store.Hints[$"seen/{i}"] = [(byte)(i % 3)];
        }

        _store.Hints["ratelimit/a"] = _store.Hints["seem/a"] = _store.Hints["seenx"] = [0];
        Assert.Equal(400, await HintSweep.RunAsync(_store, "seen/", static value => value[0] == 0, default));
        Assert.Equal(803, _store.Hints.Count);
        Assert.Equal(3, _store.Hints.Count(static hint => hint.Value[0] == 0));
    }

    [Fact]
    public async Task Sweep_spares_what_was_met_again_after_it_had_looked()
    {
        _store.Hints["seen/a"] = [0];
        var looks = 0;
        Assert.Equal(1, await HintSweep.RunAsync(_store, "seen/", value => looks++ == 0 && value[0] == 0, default));
        Assert.Equal([0], _store.Hints["seen/a"]);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static byte[] Next(byte[]? value) => value is null ? [1] : [(byte)(value[0] + 1)];
}
