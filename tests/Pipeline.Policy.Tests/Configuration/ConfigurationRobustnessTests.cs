using System.Text;

namespace Pipeline.Policy.Tests.Configuration;

/// <summary>Files that nobody would write. The same over millions of inputs: <c>benchmarks/Pipeline.Fuzz configuration</c>.</summary>
public sealed class ConfigurationRobustnessTests
{
    private const string Seed = """
        AA = one
        BB = AA
        AA == two
        .ifdef _HAVE_TLS
        domainlist d = a.example : +e : lsearch;/x
        .else
        hide pgsql_servers = a/b/c/d
        .endif
        acl_smtp_rcpt = check
        begin acl
        check:
          deny message = \
               no $local_part
               !domains = +d : ${if eq{a}{b}{c}}
          accept set acl_m_1 = "x\n"
        begin routers
        r:
           driver = redirect
           data = ${lookup{$local_part}lsearch{/y}}
           unseen = true
        begin transports
        t:
          driver = smtp
          hosts_require_tls = *
        begin retry
        * * F,2h,15m; G,16h,1h,1.5
        begin rewrite
        *@a  $1@b  Eh
        """;

    private static readonly string[] Tokens = [":", "=", "\\\n", "\n", "begin ", ".ifdef ", ".endif\n", ".include /x\n", "AA", "driver = accept\n", "\"", "$", "{", "}", "!", "\0", "\u00ff", "hide ", "  "];

    [Fact]
    public void Any_file_gives_a_policy_or_problems()
    {
        Assert.Empty(PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(Seed)).Problems);
        var random = new Random(20261122);
        var good = 0;
        for (var turn = 0; turn < 3000; turn++)
        {
            var text = new StringBuilder(Seed);
            for (var changes = random.Next(1, 8); changes > 0; changes--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0:
                        text.Insert(at, Tokens[random.Next(Tokens.Length)]);
                        break;
                    case 1:
                        text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                        break;
                    default:
                        text[at] = (char)random.Next(256);
                        break;
                }
            }

            var compilation = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(text.ToString()));
            Assert.Equal(compilation.Policy is null, compilation.Problems.Count > 0);
            good += compilation.Policy is null ? 0 : 1;
            Assert.All(compilation.Problems, problem => Assert.NotEqual("", problem.Message));
        }

        Assert.True(good > 100, $"{good} of the files are good");
    }
}
