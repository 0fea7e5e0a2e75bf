namespace Pipeline.Actors;

/// <summary>An actor that can say what it is at and what it waits for. Called on its own turn; must not change anything, nor wait.</summary>
/// <remarks>The text is for operators: no addresses, no content.</remarks>
public interface IInspectable
{
    string Describe();
}
