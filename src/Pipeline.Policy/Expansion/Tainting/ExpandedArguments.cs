namespace Pipeline.Policy.Expansion;

/// <summary>The expanded arguments of an item or a condition.</summary>
internal readonly struct ExpandedArguments(ExpandedText[] values)
{
    public int Length => values.Length;

    public string this[int index] => values[index].Text;

    public string this[Index index] => values[index].Text;

    /// <summary>The mark of one argument.</summary>
    public Taint TaintOf(int index) => values[index].Taint;

    /// <summary>What follows the first argument.</summary>
    public ExpandedText[] Rest => values[1..];

    /// <summary>The mark of something that is made of all of them.</summary>
    public Taint Taint
    {
        get
        {
            var mark = Taint.None;
            foreach (var value in values)
            {
                mark = mark.With(value.Taint);
            }

            return mark.Unquoted();
        }
    }
}
