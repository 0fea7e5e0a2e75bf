using Pipeline.Connectors.Lookups;
using Pipeline.Policy;

namespace Pipeline.Connectors.Tests.Lookups;

public sealed class LmdbLookupTests : IDisposable
{
    private readonly LookupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [LmdbFact]
    public async Task Keys_are_found_as_the_specification_says()
    {
        await LmdbDatabase.WriteAsync(
            _scene.Path("t.mdb"), ("alpha", "A value"), ("beta", ""), ("nul", "cut\\00here"), ("*.dom.example", "partial"), ("*", "default"), ("*@x.test", "starat"));
        await File.WriteAllTextAsync(_scene.Path("text"), "no database\n");
        foreach (var (text, expected) in new[]
        {
            ("${lookup{alpha}lmdb{DIR/t.mdb}{$value}}", "A value"),
            ("${lookup{alpha}lmdb{DIR/t.mdb}}", "A value"),
            ("${lookup{beta}lmdb{DIR/t.mdb}{yes:$value:}{no}}", "yes::"),
            ("${lookup{nul}lmdb{DIR/t.mdb}}", "cut"),
            ("${lookup{Alpha}lmdb{DIR/t.mdb}{yes}{no}}", "no"),
            ("${lookup{zz}lmdb{DIR/t.mdb}}", ""),
            ("${lookup{}lmdb{DIR/t.mdb}{yes}{no}}", "no"),
            ("${lookup{a.b.dom.example}partial-lmdb{DIR/t.mdb}{$1:$2:$value}{no}}", "a.b:dom.example:partial"),
            ("${lookup{zz}lmdb*{DIR/t.mdb}}", "default"),
            ("${lookup{q@x.test}lmdb*@{DIR/t.mdb}}", "starat"),
            ("${if match_domain{alpha}{lmdb;DIR/t.mdb}{yes}{no}}", "yes"),
            ("${lookup{zz}lmdb{DIR/t.mdb}{$value}fail}", "ForcedFailure: \"lookup\" failed and \"fail\" requested"),
            ("${lookup lmdb{DIR/t.mdb}}", "Failed: missing {key} for single-key \"lmdb\" lookup"),
            ("${lookup{zz}lmdb{DIR/none.mdb}{yes}{no}}", "Failed: LMDB: Unable to open environment with DIR/none.mdb: No such file or directory"),
            ("${lookup{zz}lmdb{DIR/text}{yes}{no}}", "Failed: LMDB: Unable to open environment with DIR/text: MDB_INVALID: File is not an LMDB file"),
            ("${lookup{zz}lmdb{DIR}{yes}{no}}", "Failed: LMDB: Unable to open environment with DIR: Is a directory"),
            ("${lookup{zz}lmdb{DIR/a/../t.mdb}{yes}{no}}", "Failed: LMDB: Unable to open environment with DIR/a/../t.mdb: file name contains a \"..\" component"),
        })
        {
            Assert.Equal((text, expected), (text, await _scene.ExpandAsync(text)));
        }
    }

    [LmdbFact]
    public async Task What_is_written_later_is_seen_and_so_is_a_file_that_takes_the_place_of_another()
    {
        var path = _scene.Path("t.mdb");
        await LmdbDatabase.WriteAsync(path, ("a", "1"));
        Assert.Equal("1", await FindAsync());
        await LmdbDatabase.WriteAsync(path, ("a", "2"));
        Assert.Equal("2", await FindAsync());
        await LmdbDatabase.WriteAsync(_scene.Path("new.mdb"), ("a", "3"), ("b", new string('x', 3_000)));
        File.Move(_scene.Path("new.mdb"), path, overwrite: true);
        Assert.Equal("3", await FindAsync());

        Task<string> FindAsync() => _scene.ExpandAsync("${lookup{a}lmdb{DIR/t.mdb}}");
    }

    [LmdbFact]
    public async Task Many_ask_at_once()
    {
        await LmdbDatabase.WriteAsync(_scene.Path("t.mdb"), [.. Enumerable.Range(0, 1_000).Select(i => ($"k{i:0000}", $"v{i}"))]);
        var found = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => _scene.ExpandAsync($"${{lookup{{k{i * 5:0000}}}lmdb{{DIR/t.mdb}}}}"))));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"v{i * 5}"), found);
    }

    [Fact]
    public async Task Policy_that_needs_a_missing_library_is_not_loaded()
    {
        await File.WriteAllTextAsync(_scene.Path("main.conf"), """
            domainlist relays = lmdb;/x.mdb
            smtp_banner = ${lookup{a}lmdb{/x.mdb}}
            message_size_limit = ${lookup{a}lsearch{/x}}
            """);
        var missing = new Dictionary<string, string> { ["lmdb"] = LmdbLookup.Missing };
        var (policy, problems) = PolicyCompiler.Compile(_scene.Path("main.conf"), whyNoLookup: missing);
        Assert.Null(policy);
        Assert.Equal(
            [
                $"{_scene.Path("main.conf")}:2: lookup type \"lmdb\" in main option \"smtp_banner\": {LmdbLookup.Missing}",
                $"{_scene.Path("main.conf")}:1: lookup type \"lmdb\" in named list \"relays\": {LmdbLookup.Missing}",
            ],
            problems.Select(problem => problem.ToString()));
    }
}
