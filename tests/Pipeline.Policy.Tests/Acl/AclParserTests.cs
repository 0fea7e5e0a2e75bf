using Pipeline.Policy.Acl;

namespace Pipeline.Policy.Tests.Acl;

public sealed class AclParserTests
{
    [Theory]
    [InlineData("a:\nfoo", "error in ACL: unknown ACL verb \"foo\" in \"foo\"")]
    [InlineData("a:\ndeny foo = 1", "error in ACL: unknown ACL condition/modifier in \"deny foo = 1\"")]
    [InlineData("a:\ndeny hosts", "error in ACL: \"=\" missing after ACL \"hosts\" condition")]
    [InlineData("a:\ndeny message", "error in ACL: \"=\" missing after ACL \"message\" modifier")]
    [InlineData("a:\n!deny", "error in ACL: malformed ACL line \"!deny\"")]
    [InlineData("a:\ndeny endpass", "error in ACL: ACL error: \"endpass\" is not allowed with \"deny\"")]
    [InlineData("a:\ndeny !message = x", "error in ACL: ACL error: negation is not allowed with \"message\"")]
    [InlineData("a:\nwarn set acl_x = 1", "error in ACL: invalid variable name after \"set\" in ACL modifier \"warn set acl_x = 1\"")]
    [InlineData("a:\nwarn set acl_mfoo = 1", "error in ACL: invalid variable name after \"set\" in ACL modifier \"warn set acl_mfoo = 1\"")]
    [InlineData("a:\naccept\na:\ndeny", "there are two ACLs called \"a\"")]
    [InlineData("accept", "error in ACL: an ACL name was expected, but found \"accept\"")]
    public void Mistake_is_reported_in_the_words_of_the_reference(string text, string problem) =>
        Assert.Equal([problem], AclBench.ProblemsOf(text));

    [Theory]
    [InlineData("a:\naccept\ndomains = x\n! hosts = y")]
    [InlineData("a:\ndefer !dcc = *")]
    [InlineData("a:\ndeny\n! verify = recipient/callout=30s,defer_ok")]
    [InlineData("a:\nwarn set $acl_m_quarantine = 1")]
    [InlineData("a:\nwarn set acl_m0 = 1\nset acl_c_x = 2\nset dkim_verify_status = fail")]
    [InlineData("a:\naccept endpass\nverify = sender")]
    [InlineData("a_b-c.d :\naccept")]
    [InlineData("a:\nb:\naccept")]
    [InlineData("a:\ndeny spam = nobody/defer_ok\nmalware = *\ndmarc_status = !accept\nregex = x\nmime_regex = y\ndecode = default\nseen = -5m\nspf_guess = pass")]
    public void Text_of_the_language_is_accepted(string text) => Assert.Empty(AclBench.ProblemsOf(text));

    [Fact]
    public void Unknown_verb_with_conditions_is_one_mistake() =>
        Assert.Single(AclBench.ProblemsOf("a:\nforbid\nhosts = x\nmessage = y\naccept"));

    [Fact]
    public void Unknown_condition_gets_a_hint()
    {
        var problems = new List<Policy.Configuration.ConfigurationProblem>();
        AclProgram.Parse(AclBench.Lines("a:\ndeny domain = x"), problems);
        Assert.Equal("conf:2: error in ACL: unknown ACL condition/modifier in \"deny domain = x\" (did you mean \"domains\"?)", problems[0].ToString());
    }

    [Fact]
    public async Task Dollar_behind_set_is_ignored() =>
        Assert.Equal("250 1", (await new AclBench().RunAsync("accept set $acl_m_quarantine = 1\nmessage = $acl_m_quarantine")).Reply!.ToString());

    [Fact]
    public void Mutated_text_never_throws()
    {
        const string Source = "start:\nwarn set acl_m_x = ${if eq{a}{b}}\ncondition = !yes\n! hosts = : 10.0.0.0/8\naccept endpass\nmessage = 550 5.1.1 x\nlogwrite = :main: y\n";
        var random = new Random(17);
        for (var round = 0; round < 5_000; round++)
        {
            var text = Source.ToCharArray();
            for (var i = 0; i < 4; i++)
            {
                text[random.Next(text.Length)] = "!=:{}$ \nabcé\\"[random.Next(13)];
            }

            AclProgram.Parse(AclBench.Lines(new string(text)), []);
        }
    }
}
