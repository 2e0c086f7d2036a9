// Buildings drawn as blocks, a few pixels each: what a pixel shows is worked out at the corners. No storey line and hardly a pattern
// could be told at that size, and where a processor draws, every small triangle costs a whole square of pixels.

struct BlockOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    @location(1) world: vec3<f32>,
}

@vertex
fn vertex(in: VertexIn) -> BlockOut {
    var out: BlockOut;
    let corner = corner_of_solid(in);
    let colour = corner.colour.rgb * shade_at_foot(in.param.x);
    out.clip = corner.clip;
    out.world = corner.world;
    out.colour = vec4<f32>(hazed(colour, corner.world), corner.colour.a * scene.layer.y);
    return out;
}

@fragment
fn fragment(@location(0) colour: vec4<f32>) -> @location(0) vec4<f32> {
    return colour;
}

@fragment
fn fragment_cut(in: BlockOut) -> @location(0) vec4<f32> {
    if (is_cut(in.world)) { discard; }
    return in.colour;
}
